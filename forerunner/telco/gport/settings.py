"""How G-Port is reached and what an entry of it says, out of the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.schema import check
from forerunner.telco.contract import Subscriber
from forerunner.telco.errors import TelcoError
from forerunner.telco.gport.blocks import Target
from forerunner.telco.gport.entity import ENTITY, is_entity

_PORTABILITY = {
    "type": ["string", "integer"],
    "pattern": "^([0-9]|[12][0-9]|3[0-5])?$",
    "minimum": 0,
    "maximum": 35,
    "description": "a portability type, 0 to 35; empty for none",
}
_FILE = {"type": "string", "description": "path of a PEM file; empty for none"}
_SECONDS = {"type": "number", "exclusiveMinimum": 0}
_NODE = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    },
    "required": ["host", "port"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "nodes": {"type": "array", "items": _NODE, "minItems": 1},
        "ca_file": _FILE,
        "certificate_file": _FILE,
        "key_file": _FILE,
        "server_name": {"type": "string"},
        "sp": {
            "type": "string",
            "pattern": f"^{ENTITY}$",
            "description": "our signalling point, 1 to 15 hexadecimal digits",
        },
        "pt_ported_out": _PORTABILITY,
        "profiles": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"pt": _PORTABILITY},
                "additionalProperties": False,
            },
        },
        "timeout": _SECONDS,
        "patience": _SECONDS,
        "transaction_size": {"type": "integer", "minimum": 16, "maximum": 10000},
        "import_directory": {
            "type": "string",
            "description": "where G-Port imports files from; empty for none",
        },
    },
    "required": ["nodes", "sp", "profiles"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """What the inventory says.

    Attributes:
        name: Inventory name of the system.
        nodes: Address and port of each EPAP, tried in this order.
        ca_file: Certificates of who may vouch for it; with an empty one the connection is TCP.
        certificate_file: Our own certificate for TLS; empty for none.
        key_file: The key of that.
        server_name: Name that its certificate must have; empty for the address.
        sp: Our signalling point, which a number of ours points to.
        pt_ported_out: Portability type of a number that was ported out; empty for none.
        portability: Portability type of our own numbers by service profile.
        timeout: Seconds that an answer may take.
        patience: Seconds that the write transaction, or a node that is active, is waited for.
        transaction_size: Updates of one transaction; the EAGLE takes 200.
        import_directory: Where G-Port imports files from, for numbers that are new; empty for none.
    """

    name: str
    nodes: tuple[tuple[str, int], ...]
    ca_file: str
    certificate_file: str
    key_file: str
    server_name: str
    sp: str
    pt_ported_out: str
    portability: Mapping[str, str]
    timeout: float
    patience: float
    transaction_size: int
    import_directory: str

    def target(self, subscriber: Subscriber) -> Target:
        """Return what the entry of a subscriber's number is to say.

        Raises:
            TelcoError: The profile is unknown, or the routing number is none.
        """
        if subscriber.routing_number:
            if not is_entity(subscriber.routing_number):
                raise TelcoError(self.name, "the routing number is not 1 to 15 hexadecimal digits")
            return Target(rn=subscriber.routing_number.upper(), pt=self.pt_ported_out)
        if subscriber.profile not in self.portability:
            raise TelcoError(self.name, "the profile is not among gport_number_profiles")
        return Target(sp=self.sp, pt=self.portability[subscriber.profile])


def settings_from(name: str, data: Mapping[str, Any]) -> Settings:
    """Return settings that fit.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, SCHEMA, name)
    files = {each: data.get(each, "") for each in ("ca_file", "certificate_file", "key_file")}
    profiles = data["profiles"].items()
    return Settings(
        name=name,
        nodes=tuple((each["host"], each["port"]) for each in data["nodes"]),
        **files,
        server_name=data.get("server_name", ""),
        sp=data["sp"].upper(),
        pt_ported_out=str(data.get("pt_ported_out", "1")),
        portability={profile: str(each.get("pt", "")) for profile, each in profiles},
        timeout=data.get("timeout", 10.0),
        patience=data.get("patience", 60.0),
        transaction_size=data.get("transaction_size", 200),
        import_directory=data.get("import_directory", ""),
    )
