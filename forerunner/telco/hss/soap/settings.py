"""How an HSS is reached by CAI3G, out of the inventory: its object, names and fault codes vary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.telco.northbound import (
    CA_FILE,
    NAMES,
    PATH,
    PROFILES,
    SECONDS,
    URL,
    SecretFile,
    Where,
    Words,
    check_words,
)

_CODES = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{1,10}$"}}
_CAI3G = {
    "type": "object",
    "properties": {
        "path": PATH,
        "session_path": PATH,
        "type": {
            "type": "string",
            "pattern": "^[A-Za-z][A-Za-z0-9]{0,63}@[A-Za-z0-9:/._-]{1,200}$",
            "description": "an MOType, as EPSMultiSC@http://hss.example.net/",
        },
        "absent": _CODES,
        "session": _CODES,
        "busy": _CODES,
    },
    "required": ["type", "absent"],
    "additionalProperties": False,
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "url": URL,
        "ca_file": CA_FILE,
        "user": {"type": "string", "minLength": 1},
        "password_file": {"type": "string", "minLength": 1, "description": "path of a file"},
        "cai3g": _CAI3G,
        "fields": NAMES,
        "states": NAMES,
        "profiles": PROFILES,
        "timeout": SECONDS,
        "connections": {"type": "integer", "minimum": 1, "maximum": 64},
    },
    "required": ["url", "user", "password_file", "cai3g", "fields", "states", "profiles"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Cai3g:
    """What differs from one CAI3G to the next.

    Attributes:
        type: The managed object of a subscriber, as `Name@namespace`.
        absent: Codes by which it says that there is none.
        path: Where objects are.
        session_path: Where sessions are.
        session: Codes by which it says that a session is over.
        busy: Codes by which it says that it cannot now.
    """

    type: str
    absent: Sequence[str]
    path: str = "/CAI3G1.2/services/CAI3G1.2"
    session_path: str = "/CAI3G1.2/services/CAI3G1.2"
    session: Sequence[str] = ("1001", "1005", "1010", "3014")
    busy: Sequence[str] = ()


@dataclass(frozen=True)
class SoapSettings:
    """What the inventory says.

    Attributes:
        where: Where it is.
        user: Whom it lets in.
        password: File with that user's password.
        cai3g: What its CAI3G is like.
        words: What it calls our fields and states.
        profiles: What a service profile is to it, by name: values of fields.
    """

    where: Where
    user: str
    password: SecretFile
    cai3g: Cai3g
    words: Words
    profiles: Mapping[str, Mapping[str, str]] = field(repr=False)


def soap_settings(name: str, data: Mapping[str, Any], needed: Sequence[str]) -> SoapSettings:
    """Return settings that fit.

    Args:
        name: Inventory name of the system.
        data: The settings.
        needed: The fields that it has of a subscriber.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, _SCHEMA, name)
    check_words(name, data, needed)
    fields = {ours: theirs for ours, theirs in data["fields"].items() if ours in needed}
    _check_values(name, data)
    return SoapSettings(
        Where.of(name, data),
        data["user"],
        SecretFile(name, "password_file", data["password_file"]),
        Cai3g(**data["cai3g"]),
        Words(fields, data["states"]),
        data["profiles"],
    )


def _check_values(name: str, data: Mapping[str, Any]) -> None:
    """See that what a profile says can stand in XML."""
    for profile, values in data["profiles"].items():
        for key, value in values.items():
            if not (value.isprintable() and value.isascii()):
                problem = "holds what is no printable ASCII character"
                raise InvalidData(name, f"profiles.{profile}.{key}", problem)
