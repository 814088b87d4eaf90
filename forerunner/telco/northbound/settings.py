"""What the REST interface of a back office is like, out of the inventory: nothing is standard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData
from forerunner.schema import check

_NAME = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"}
_NAMES = {"type": "object", "additionalProperties": _NAME}
_PATH = {"type": "string", "pattern": "^/[A-Za-z0-9_./-]*$", "description": "a path, as /accounts"}
_TOKEN_BYTES = 4096
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "url": {
            "type": "string",
            "pattern": "^https?://[A-Za-z0-9.:-]+$",
            "description": "scheme, host and port, as https://mind.example.net:8443",
        },
        "token_file": {"type": "string", "description": "file with the access token, or empty"},
        "ca_file": {"type": "string", "description": "who may vouch for it, or empty"},
        "apply_path": _PATH,
        "query_path": _PATH,
        "list_path": _PATH,
        "fields": _NAMES,
        "states": _NAMES,
        "profiles": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "batch": {"type": "integer", "minimum": 1, "maximum": 10000},
        "timeout": {"type": "number", "exclusiveMinimum": 0},
    },
    "required": ["url", "fields", "states", "profiles"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """What the inventory says.

    Attributes:
        name: Inventory name of the system.
        url: Scheme, host and port.
        fields: What it calls each field of ours.
        states: What it calls `active` and `suspended`.
        profiles: What a service profile is to it, by name: values of fields.
        token_file: File with the access token; empty for none.
        ca_file: Who may vouch for it; empty for the system's own.
        apply_path: Where changes are posted.
        query_path: Where records are asked for.
        list_path: Where all records are listed.
        batch: Records of one message.
        timeout: Seconds for one answer.
    """

    name: str
    url: str
    fields: Mapping[str, str]
    states: Mapping[str, str]
    profiles: Mapping[str, Mapping[str, str]]
    token_file: str = ""
    ca_file: str = ""
    apply_path: str = "/apply"
    query_path: str = "/query"
    list_path: str = "/records"
    batch: int = 500
    timeout: float = 30.0
    ours: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Turn the names round, for reading."""
        object.__setattr__(self, "ours", {theirs: name for name, theirs in self.fields.items()})

    def token(self) -> str:
        """Return the access token; empty for none.

        Raises:
            InvalidData: Its file cannot be read, or others may read it.
        """
        if not self.token_file:
            return ""
        path = Path(self.token_file)
        try:
            if path.stat().st_mode & 0o077:
                problem = f"others may read it; run: chmod 600 {path}"
                raise InvalidData(self.name, "token_file", problem)
            return path.read_text()[:_TOKEN_BYTES].strip()
        except OSError as error:
            raise InvalidData(self.name, "token_file", f"{path}: {error.strerror}") from None


def settings_from(name: str, data: Mapping[str, Any], needed: tuple[str, ...]) -> Settings:
    """Return settings that fit.

    Args:
        name: Inventory name of the system.
        data: The settings.
        needed: The fields that it has of a subscriber.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, SCHEMA, name)
    missing = [each for each in needed if each not in data["fields"]]
    if missing:
        raise InvalidData(name, "fields", f"lacks a name for {', '.join(missing)}")
    lacking = [each for each in ("active", "suspended") if each not in data["states"]]
    if lacking:
        raise InvalidData(name, "states", f"lacks a name for {', '.join(lacking)}")
    return Settings(name, **data)
