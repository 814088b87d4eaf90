"""What the exporter is told: role state_exporter writes it from the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, Self

from forerunner import home
from forerunner.collect.files import read_json
from forerunner.errors import InvalidData
from forerunner.schema import check

DEFAULT_ADDRESS, DEFAULT_PORT = "127.0.0.1", 9912
_NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}
_PATH = {"type": "string", "pattern": "^/"}
_STORE = {"type": "string", "pattern": "^(/|[a-z0-9]+://)"}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "address": {"type": "string"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "allow_remote": {"type": "boolean"},
        "devices": _NAMES,
        "directory": _PATH,
        "telemetry": _STORE,
        "backups": _PATH,
        "backup_age_s": {"type": "number", "exclusiveMinimum": 0},
        "stale_s": {"type": "number", "exclusiveMinimum": 0},
    },
    "additionalProperties": False,
}
_SCHEMA["required"] = list(_SCHEMA["properties"])
_PATHS = [name for name, kind in _SCHEMA["properties"].items() if kind is _PATH]


@dataclass(frozen=True)
class Config:
    """What to serve, and where.

    Attributes:
        address: IP address to listen at.
        port: TCP port.
        allow_remote: Whether other machines may be served.
        devices: Inventory names of the devices that ought to have telemetry and backups.
        directory: Run-time state; the observing service's status is below it.
        telemetry: Directory of the telemetry store, or its URL on an object store.
        backups: The repository of configurations.
        backup_age_s: Seconds after which a backup is stale.
        stale_s: Seconds after which a device's telemetry is stale.
    """

    address: str
    port: int
    allow_remote: bool
    devices: tuple[str, ...]
    directory: Path
    telemetry: str
    backups: Path
    backup_age_s: float
    stale_s: float

    @classmethod
    def default(cls) -> Self:
        """Return what is served when nobody says otherwise: to this machine, from `var/`."""
        var = home.var().resolve()
        store, backups = home.telemetry(var), var / "backups"
        where = (DEFAULT_ADDRESS, DEFAULT_PORT, False)
        return cls(*where, (), var, store, backups, 26 * 3600.0, 10)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the configuration.

        Raises:
            InvalidData: It is missing or wrong; names the file, the field and the fix.
        """
        return cls.from_data(read_json(path, "the exporter's configuration"), str(path))

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str) -> Self:
        """Build the configuration from plain data.

        Raises:
            InvalidData: Names `source`, the field and the fix.
        """
        check(data, _SCHEMA, source)
        paths = {name: Path(data[name]) for name in _PATHS}
        config = cls(**{**data, **paths, "devices": tuple(data["devices"])})
        return replace(config, address=str(config.check_address(source)))

    @property
    def url(self) -> str:
        """Return where the metrics are."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{self.port}/metrics"

    def check_address(self, source: str) -> IPv4Address | IPv6Address:
        """Return the address in its one form; refuse one that others reach, unless told not to.

        Raises:
            InvalidData: It is no IP address, or others reach it; says how to allow that.
        """
        try:
            found: IPv4Address | IPv6Address = ip_address(self.address)
        except ValueError:
            problem = f"{self.address!r} is no IP address; as 127.0.0.1"
            raise InvalidData(source, "address", problem) from None
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        if not found.is_loopback and not self.allow_remote:
            problem = (
                f"{self.address} can be reached by other machines, and whoever asks is answered; "
                "where that is meant, set state_exporter_allow_remote: true"
            )
            raise InvalidData(source, "address", problem)
        return found
