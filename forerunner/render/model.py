"""The data model of a device's intent: one JSON Schema for each section, in the field's own terms.

A section is the inventory variable `intent_<section>`. What a section leaves out has the default
that its schema names; `null` is "not set".
"""

from collections.abc import Mapping

from forerunner.render.words import (
    ADDRESS,
    AS,
    IP,
    IPV4,
    PREFIX,
    SECONDS,
    V4,
    Schema,
    array,
    choice,
    flag,
    integer,
    interface,
    name,
    pattern,
    secret,
    section,
    text,
)

SYSTEM = section(
    "What the device is called and how it greets.",
    "",
    hostname=name("Its name; the inventory's name of it where this is left out."),
    domain=name("Domain name (RFC 1034)."),
    banner=text("Login banner, one line."),
    timezone=pattern(r"[A-Za-z]+(?:/[A-Za-z_]+)*", "IANA name of the time zone.", default="UTC"),
    name_servers=array(IP, "DNS servers."),
)

USERS = array(
    section(
        "An account on the device.",
        "name role",
        name=pattern(r"[a-z_][a-z0-9_-]*", "Login name.", maxLength=31),
        role=choice("What it may do.", "admin", "operator"),
        password_hash=secret("Hash in crypt form, as $6$salt$hash."),
        ssh_keys=array(
            pattern(
                r"(?:ssh-rsa|ssh-ed25519) [A-Za-z0-9+/]+=*(?: [A-Za-z0-9@._-]+)?",
                "Public key, as in authorized_keys.",
            ),
            "Public keys (RFC 4253).",
        ),
    ),
    "Accounts on the device.",
)

NTP = section(
    "Time (RFC 5905).",
    "servers",
    servers=array(
        section("A server.", "address", address=IP, prefer=flag("Prefer it.", False)),
        "Servers to follow.",
    ),
    source_interface=interface("Interface whose address is the source."),
)

SNMP = section(
    "SNMPv3 with authentication and privacy (RFC 3414); there is no other.",
    "users",
    location=text("sysLocation."),
    contact=text("sysContact."),
    users=array(
        section(
            "A user of the user-based security model.",
            "name auth_password priv_password",
            name=name("securityName."),
            auth_protocol=choice("Authentication.", "sha", "sha256", default="sha"),
            auth_password=secret("Eight characters or more."),
            priv_protocol=choice("Privacy.", "aes128", "aes256", default="aes128"),
            priv_password=secret("Eight characters or more."),
        ),
        "Users.",
    ),
    trap_receivers=array(
        section("A receiver of notifications.", "address user", address=IP,
                 user=name("One of the users.")),
        "Receivers of notifications.",
    ),
)  # fmt: skip

SYSLOG = section(
    "Log messages (RFC 5424).",
    "servers",
    servers=array(
        section(
            "A collector.", "address", address=IP,
            port=integer("UDP port.", 1, 65535, default=514),
        ),
        "Collectors.",
    ),
    severity=choice(
        "The least severe that is sent.", "error", "warning", "notice", "informational",
        default="informational",
    ),
    facility=choice("Facility.", *(f"local{n}" for n in range(8)), default="local7"),
    source_interface=interface("Interface whose address is the source."),
)  # fmt: skip

_OSPF_INTERFACE = section(
    "OSPF on the interface (RFC 2328).",
    "area",
    area=integer("Area.", 0, 4294967295),
    cost=integer("Interface output cost; 65535 is a drain's alone.", 1, 65534),
    network_type=choice("Type of network.", "broadcast", "point-to-point"),
    passive=flag("Announce it and make no neighbours on it.", False),
    hello_interval=integer("HelloInterval in seconds.", **SECONDS),
    dead_interval=integer("RouterDeadInterval in seconds.", **SECONDS),
    retransmit_interval=integer("RxmtInterval in seconds.", **SECONDS),
    bfd=flag("Watch the neighbours by BFD (RFC 5880).", False),
)

_PEER = section(
    "The interface at the other end of the link.",
    "host interface",
    host=name("Inventory name of the device."),
    interface=interface("Its interface."),
)

INTERFACES = array(
    section(
        "An interface with addresses.",
        "name",
        name=interface("As the platform calls it, as GigabitEthernet0/0/1 or et-0/0/1."),
        description=text("Description."),
        enabled=flag("Administratively up.", True),
        mtu=integer("MTU in octets, as the platform counts it.", 576, 9216),
        vlan_id=integer("IEEE 802.1Q tag of a subinterface.", 1, 4094),
        ipv4=array(PREFIX, "IPv4 addresses with prefix length, the primary one first."),
        ipv6=array(pattern(rf"{ADDRESS}/[0-9]+", "As 2001:db8::1/64."), "IPv6 addresses."),
        ospf=_OSPF_INTERFACE,
        acl_in=name("ACL on what comes in."),
        acl_out=name("ACL on what goes out."),
        peer=_PEER,
        sla_class=name("Class of service that is promised on it; not written to the device."),
    ),
    "Interfaces.",
)

OSPF = section(
    "OSPF for IPv4 (RFC 2328).",
    "router_id",
    process_id=integer("Process, where the platform numbers them.", 1, 65535, default=1),
    router_id=IPV4,
    min_ls_interval=integer("MinLSInterval in milliseconds; FRR.", 0, 5000),
    min_ls_arrival=integer("MinLSArrival in milliseconds; FRR.", 0, 5000),
)

BGP = section(
    "BGP for IPv4 unicast (RFC 4271).",
    "as router_id",
    **{"as": integer("Autonomous system.", **AS)},
    router_id=IPV4,
    networks=array(PREFIX, "Prefixes to announce."),
    neighbors=array(
        section(
            "A neighbour.",
            "address remote_as",
            address=IPV4,
            remote_as=integer("Its autonomous system.", **AS),
            description=text("Description.", 80),
            update_source=interface("Interface whose address the session has."),
            connect_retry=integer("ConnectRetryTime in seconds; FRR.", **SECONDS),
            next_hop_self=flag("Announce oneself as the next hop.", False),
            prefix_list_in=name("Prefix list of what is taken from it."),
            prefix_list_out=name("Prefix list of what is announced to it."),
        ),
        "Neighbours.",
    ),
)

STATIC_ROUTES = array(
    section(
        "A route with one of: next hop, interface, discard.",
        "prefix",
        prefix=PREFIX,
        next_hop=IPV4,
        interface=interface("Outgoing interface."),
        discard=flag("Drop what matches nothing better.", False),
        distance=integer("Administrative distance.", 1, 255),
    ),
    "Static routes.",
)

_MATCH = rf"(?:any|{V4}(?:/[0-9]+)?)"
ACLS = array(
    section(
        "A list of packet filters for IPv4; what matches none is dropped.",
        "name entries",
        name=name("Name."),
        entries=array(
            section(
                "An entry.",
                "sequence action",
                sequence=integer("Place.", 1, 2147483647),
                action=choice("What to do.", "permit", "deny"),
                protocol=choice("Protocol.", "ip", "tcp", "udp", "icmp", default="ip"),
                source=pattern(_MATCH, "any, or a prefix.", default="any"),
                destination=pattern(_MATCH, "any, or a prefix.", default="any"),
                destination_port=integer("Port, with tcp or udp.", 1, 65535),
            ),
            "Entries.",
            minItems=1,
        ),
    ),
    "Packet filters.",
)

PREFIX_LISTS = array(
    section(
        "A list of prefixes; what matches none is refused.",
        "name prefixes",
        name=name("Name."),
        prefixes=array(
            section("A prefix.", "prefix", prefix=PREFIX,
                     le=integer("Also longer ones, up to this length.", 1, 32)),
            "Prefixes.",
            minItems=1,
        ),
    ),
    "Filters of routes.",
)  # fmt: skip

SLA_CLASSES = array(
    section(
        "What is promised to a class of service. Read by decisions, not written to devices.",
        "name",
        name=name("Name."),
        availability={
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "Share of time.",
        },
        latency_ms={"type": "number", "minimum": 0, "description": "One way, at the most."},
        loss={"type": "number", "minimum": 0, "maximum": 1, "description": "At the most."},
        jitter_ms={"type": "number", "minimum": 0, "description": "At the most."},
        throughput_mbit_s={"type": "number", "minimum": 0, "description": "At the least."},
    ),
    "Classes of service.",
)

SECTIONS: Mapping[str, Schema] = {
    "system": SYSTEM,
    "users": USERS,
    "ntp": NTP,
    "snmp": SNMP,
    "syslog": SYSLOG,
    "interfaces": INTERFACES,
    "ospf": OSPF,
    "bgp": BGP,
    "static_routes": STATIC_ROUTES,
    "acls": ACLS,
    "prefix_lists": PREFIX_LISTS,
    "sla_classes": SLA_CLASSES,
}
"""Schema by section; the variable is called `intent_<section>`."""

PLATFORMS = ("eos", "frr", "ios", "iosxr", "junos", "linux", "nxos")
