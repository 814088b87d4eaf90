"""The lab's wires: namespaces, links between them and the management bridge."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from forerunner.lab.commands import run, run_all
from forerunner.lab.journal import Entry, Journal, interface_identity, namespace_identity
from forerunner.lab.lab import Lab

BRIDGE = "br0"
MANAGEMENT = "mgmt"


def build(lab: Lab, journal: Journal) -> None:
    """Make the namespaces and everything that links them."""
    journal.add(*(Entry("namespace", name) for name in lab.namespaces))
    run("ip", "-batch", "-", stdin=_lines(f"netns add {name}" for name in lab.namespaces))
    journal.add(
        *(Entry("namespace", name, namespace_identity(name)) for name in lab.namespaces),
        Entry("interface", lab.management_interface),
    )
    run("ip", "-batch", "-", stdin=_lines(_wires(lab)))
    interface = lab.management_interface
    journal.add(Entry("interface", interface, interface_identity(interface)))
    scripts = {name: list(_inside(lab, name)) for name in lab.namespaces}
    _batch_all(scripts)


def missing(lab: Lab) -> list[str]:
    """Return the namespaces and interfaces that the lab should have and has not."""
    gone = [f"namespace {name}" for name in lab.namespaces if not namespace_identity(name)]
    if gone:
        return gone
    commands = [["ip", "-o", "-n", name, "link", "show"] for name in lab.namespaces]
    shown = run_all([*commands, ["ip", "-o", "link", "show"]])
    outputs = dict(zip((*lab.namespaces, ""), shown, strict=True))
    return [
        f"interface {name} in {namespace or 'the root namespace'}"
        for namespace, name in _interfaces(lab)
        if f" {name}@" not in outputs[namespace] and f" {name}:" not in outputs[namespace]
    ]


def _interfaces(lab: Lab) -> Iterator[tuple[str, str]]:
    yield "", lab.management_interface
    if not lab.controller:
        yield lab.management_namespace, BRIDGE
    for router in lab.routers:
        if not lab.controller:
            yield lab.namespace(router), MANAGEMENT
        for way in lab.directions(router):
            yield lab.namespace(router), way.interface
    for host, data in lab.network["hosts"].items():
        yield lab.namespace(data["router"]), f"to-{host}"
        if host in lab.hosts:
            yield lab.namespace(host), f"to-{data['router']}"
        if host in lab.hosts and not lab.controller:
            yield lab.namespace(host), MANAGEMENT


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _batch_all(scripts: dict[str, list[str]]) -> None:
    # One shell per namespace, side by side: `ip -n` pays its start only once each.
    quoted = {name: "\n".join(lines) for name, lines in scripts.items()}
    run_all(
        ("sh", "-c", 'printf "%s\\n" "$2" | exec ip -n "$1" -batch -', "sh", name, text)
        for name, text in quoted.items()
    )


def _wires(lab: Lab) -> Iterator[str]:
    for link in lab.topology.links:
        one, two = link.directions
        yield _wire(lab.namespace(one.host), one.interface, lab.namespace(two.host), two.interface)
    for host in lab.hosts:
        router = lab.network["hosts"][host]["router"]
        yield _wire(lab.namespace(host), f"to-{router}", lab.namespace(router), f"to-{host}")
    yield from _in_band(lab) if lab.controller else _out_of_band(lab)
    yield f"link set {lab.management_interface} up"
    if lab.controller:
        gateway = _subnet(lab, lab.controller).network_address + 1
        yield f"route add {lab.management_network} via {gateway}"


def _in_band(lab: Lab) -> Iterator[str]:
    """Wire the controller to one router, as the traffic host that it stands for."""
    host = lab.controller
    namespace = lab.namespace(lab.network["hosts"][host]["router"])
    interface = lab.management_interface
    yield f"link add {interface} type veth peer name to-{host} netns {namespace}"
    prefix = _subnet(lab, host).prefixlen
    yield f"addr add {lab.management_address()}/{prefix} dev {interface}"


def _out_of_band(lab: Lab) -> Iterator[str]:
    """Wire the controller, every router and every traffic host to the management bridge."""
    management = lab.management_namespace
    for node in lab.nodes:
        yield _wire(lab.namespace(node), MANAGEMENT, management, node)
    yield f"link add {lab.management_interface} type veth peer name root netns {management}"
    prefix = IPv4Network(lab.management_network).prefixlen
    yield f"addr add {lab.management_address()}/{prefix} dev {lab.management_interface}"


def _wire(one: str, interface: str, two: str, peer: str) -> str:
    return f"link add {interface} netns {one} type veth peer name {peer} netns {two}"


def _inside(lab: Lab, namespace: str) -> Iterator[str]:
    yield "link set lo up"
    if namespace == lab.management_namespace:
        yield from _bridge(lab)
    for router in lab.routers:
        if namespace == lab.namespace(router):
            yield from _router(lab, router)
    for host in lab.hosts:
        if namespace == lab.namespace(host):
            yield from _host(lab, host)


def _bridge(lab: Lab) -> Iterator[str]:
    yield f"link add {BRIDGE} type bridge"
    yield f"link set {BRIDGE} up"
    for port in (*lab.nodes, "root"):
        yield f"link set {port} master {BRIDGE} up"


def _router(lab: Lab, router: str) -> Iterator[str]:
    if lab.controller:
        # Its sshd and snmpd listen there before FRR has read its configuration.
        yield f"addr add {lab.management_address(router)}/32 dev lo"
    else:
        yield from _managed(lab, router)
    for way in lab.directions(router):
        yield f"link set {way.interface} up"
    for host, data in lab.network["hosts"].items():
        if data["router"] == router:
            yield f"link set to-{host} up"


def _managed(lab: Lab, node: str) -> Iterator[str]:
    prefix = IPv4Network(lab.management_network).prefixlen
    yield f"addr add {lab.management_address(node)}/{prefix} dev {MANAGEMENT}"
    yield f"link set {MANAGEMENT} up"


def _host(lab: Lab, host: str) -> Iterator[str]:
    subnet = _subnet(lab, host)
    interface = f"to-{lab.network['hosts'][host]['router']}"
    yield f"addr add {lab.host_address(host)}/{subnet.prefixlen} dev {interface}"
    yield f"link set {interface} up"
    yield f"route add default via {subnet.network_address + 1}"
    if not lab.controller:
        yield from _managed(lab, host)


def _subnet(lab: Lab, host: str) -> IPv4Network:
    return IPv4Network(lab.network["hosts"][host]["subnet"])
