"""How a PyHSS is reached, out of the inventory: what it calls things is its own and fixed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.telco.northbound import CA_FILE, PROFILES, SECONDS, URL, SecretFile, Where

_SCHEMA = {
    "type": "object",
    "properties": {
        "url": URL,
        "token_file": {"type": "string", "description": "file with its Provisioning-Key, or empty"},
        "ca_file": CA_FILE,
        "profiles": PROFILES,
        "timeout": SECONDS,
        # It answers as if nothing were there when its database has no connection to spare.
        "connections": {"type": "integer", "minimum": 1, "maximum": 30},
    },
    "required": ["url", "profiles"],
    "additionalProperties": False,
}
_PROFILE = ("apn", "ambr_ul", "ambr_dl")
_CONNECTIONS = 8
_LARGEST_RATE = 2**31 - 1


@dataclass(frozen=True)
class PyHssSettings:
    """What the inventory says.

    Attributes:
        where: Where it is.
        key: File with its Provisioning-Key.
        profiles: By service profile: `apn`, and `ambr_ul` and `ambr_dl` in bit/s.
    """

    where: Where
    key: SecretFile
    profiles: Mapping[str, Mapping[str, str]]


def pyhss_settings(name: str, data: Mapping[str, Any]) -> PyHssSettings:
    """Return settings that fit.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, _SCHEMA, name)
    for profile, values in data["profiles"].items():
        _check_profile(name, profile, values)
    where = Where.of(name, {"connections": _CONNECTIONS, **data})
    key = SecretFile(name, "token_file", data.get("token_file", ""))
    return PyHssSettings(where, key, data["profiles"])


def _check_profile(name: str, profile: str, values: Mapping[str, str]) -> None:
    """See that a profile has what it needs here: the interface itself validates nothing."""
    for field in _PROFILE:
        value = values.get(field, "")
        if not value:
            raise InvalidData(name, f"profiles.{profile}.{field}", "is missing; PyHSS needs it")
        fits = value.isascii() and value.isdecimal() and int(value) <= _LARGEST_RATE
        if field != "apn" and not fits:
            problem = f"is no number of bit/s up to {_LARGEST_RATE}, its column's largest"
            raise InvalidData(name, f"profiles.{profile}.{field}", problem)
