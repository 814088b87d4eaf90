"""What the receiver is told: role telemetry writes it from the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from forerunner.collect.files import read_json
from forerunner.collect.snmp import check_user
from forerunner.errors import InvalidData
from forerunner.listen import rules
from forerunner.listen.door import Limits
from forerunner.listen.rules import Rules
from forerunner.listen.traps import User
from forerunner.schema import check

_PATH = {"type": "string", "pattern": "^/"}
_PORT = {"type": "integer", "minimum": 0, "maximum": 65535}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "hosts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"},
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "minLength": 1},
            },
        },
        "address": {"type": "string", "minLength": 1},
        "trap_port": _PORT,
        "log_port": _PORT,
        "snmp": _PATH,
        "communities": {"type": "string", "pattern": "^(/|$)"},
        "rules": rules.SCHEMA,
        "least": {"enum": list(rules.LEVELS)},
        "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000},
        "burst": {"type": "number", "minimum": 1, "maximum": 100_000},
        "status": _PATH,
    },
    "additionalProperties": False,
}
_SCHEMA["required"] = list(_SCHEMA["properties"])
# What stood in the files at the start. Only who starts the receiver compares it.
_SCHEMA["properties"]["digests"] = {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True)
class Config:
    """Whom to hear, where, and what of it matters.

    Attributes:
        hosts: Inventory name by each address that a device may send from.
        address: Where to listen.
        trap_port: UDP port of notifications; 0 for any that is free.
        log_port: UDP port of log lines; the same.
        snmp: File with the SNMPv3 user.
        communities: File with a JSON list of communities of SNMPv2c; None where none may be used.
        rules: Which log lines are events.
        limits: How much is taken of one device.
        status: File that says how the receiver is.
    """

    hosts: Mapping[str, str]
    address: str
    trap_port: int
    log_port: int
    snmp: Path
    communities: Path | None
    rules: Rules
    limits: Limits
    status: Path

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the configuration.

        Raises:
            InvalidData: It is missing or wrong; names the file, the field and the fix.
        """
        return cls.from_data(read_json(path, "the receiver's configuration"), str(path))

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str) -> Self:
        """Build the configuration from plain data.

        Raises:
            InvalidData: Names `source`, the field and the fix.
        """
        check(data, _SCHEMA, source)
        return cls(
            hosts=_by_address(data["hosts"], source),
            address=data["address"],
            trap_port=data["trap_port"],
            log_port=data["log_port"],
            snmp=Path(data["snmp"]),
            communities=Path(data["communities"]) if data["communities"] else None,
            rules=Rules.from_data(data["rules"], data["least"], source),
            limits=Limits(data["rate"], data["burst"]),
            status=Path(data["status"]),
        )

    def users(self) -> list[User]:
        """Return who may send by SNMPv3.

        Raises:
            InvalidData: The file is missing or wrong; names the field, and never a password.
        """
        data = check_user(self.snmp)
        return [User(data["user"], data["auth_key"], data["privacy_key"])]

    def community_names(self) -> list[str]:
        """Return the communities by which SNMPv2c may be sent.

        Raises:
            InvalidData: The file is missing or wrong.
        """
        if self.communities is None:
            return []
        named = read_json(self.communities, "the file of communities")
        if not isinstance(named, list) or not all(isinstance(each, str) and each for each in named):
            # Not by its schema, whose message would repeat what does not fit.
            raise InvalidData(str(self.communities), "", "must be a JSON list of names")
        return named


def _by_address(hosts: Mapping[str, list[str]], source: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for host, addresses in hosts.items():
        for address in addresses:
            try:
                plain = str(ip_address(address))
            except ValueError:
                problem = f"{address!r} is no address; the sender of a datagram has no name"
                raise InvalidData(source, f"hosts.{host}", problem) from None
            if found.setdefault(plain, host) != host:
                problem = f"{address} is {found[plain]}'s too; an address tells who has sent"
                raise InvalidData(source, f"hosts.{host}", problem)
    return found
