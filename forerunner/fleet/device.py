"""A device as the controller reaches it, and what became of the work on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from forerunner.schema import check

ResultStatus = Literal["ok", "changed", "failed", "unreachable"]

_STRING = {"type": "string", "minLength": 1}
DEVICE_SCHEMA = {
    "type": "object",
    "properties": {
        "address": _STRING,
        "user": _STRING,
        "key_file": _STRING,
        "known_hosts": _STRING,
        "platform": _STRING,
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
    },
    "required": ["address", "user", "key_file", "known_hosts", "platform"],
    "additionalProperties": False,
}
DEVICES_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"},
    "additionalProperties": DEVICE_SCHEMA,
}


@dataclass(frozen=True, slots=True)
class Device:
    """How to reach a device over SSH: by key, and only if its host key is known.

    Attributes:
        name: Inventory name.
        address: Address or name to connect to.
        user: Account on the device.
        key_file: The account's private key.
        known_hosts: File of the host keys that are trusted, in OpenSSH's format.
        platform: Name of the dialect that it speaks, as `frr`.
        port: TCP port of its SSH server.
    """

    name: str
    address: str
    user: str
    key_file: Path
    known_hosts: Path
    platform: str
    port: int = 22

    @classmethod
    def from_data(cls, name: str, data: Mapping[str, Any]) -> Self:
        """Build a device from plain data that `DEVICE_SCHEMA` describes."""
        paths = {key: Path(data[key]) for key in ("key_file", "known_hosts")}
        return cls(name, **{**data, **paths})


@dataclass(frozen=True, slots=True)
class DeviceResult:
    """What became of the work on one device.

    Attributes:
        status: `unreachable` when there was no session, `failed` when there was one.
        message: One sentence for people; never empty when it did not succeed.
        data: What the work found out.
    """

    status: ResultStatus
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Return whether the work was done."""
        return self.status in ("ok", "changed")

    def to_dict(self) -> dict[str, str]:
        """Return status and message: what a report holds of every host."""
        return {"status": self.status, "message": self.message}


def devices_from_data(data: object, source: str) -> dict[str, Device]:
    """Return devices by inventory name, out of plain data.

    Raises:
        InvalidData: Names `source`, the device and its field.
    """
    check(data, DEVICES_SCHEMA, source)
    assert isinstance(data, Mapping)  # noqa: S101 - the schema says so, mypy cannot know
    return {name: Device.from_data(name, fields) for name, fields in data.items()}
