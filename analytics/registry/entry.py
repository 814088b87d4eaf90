"""One version of a model: where it comes from, how it did, and the hashes of its files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from forerunner.errors import InvalidData
from forerunner.schema import check

SCHEMA_VERSION = 1
KIND = "^[a-z][a-z0-9_]{0,62}$"
VERSION = "^[0-9]{4,9}-[0-9a-f]{8}$"
STATE = "^[a-z][a-z0-9_]{0,62}[.](json|npz)$"
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 500}
_STATE = {
    "type": "object",
    "properties": {
        "name": {
            "type": "string",
            "pattern": STATE,
            "description": "a .json or .npz file beside the entry; a pickle is never loaded",
        },
        "sha256": _SHA256,
    },
    "required": ["name", "sha256"],
    "additionalProperties": False,
}
_PROPERTIES: Mapping[str, Any] = {
    "schema": {"const": SCHEMA_VERSION},
    "kind": {"type": "string", "pattern": KIND},
    "version": {"type": "string", "pattern": VERSION},
    "made_at": {"type": "number", "minimum": 0},
    "data_sha256": _SHA256,
    "code_version": _TEXT,
    "metrics": {"type": "object", "additionalProperties": {"type": "number"}},
    "card": {"type": "object"},
    "states": {"type": "array", "items": _STATE, "minItems": 1},
}
_SCHEMA = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": list(_PROPERTIES),
    "additionalProperties": False,
}


@dataclass(frozen=True)
class State:
    """A file of learned state.

    Attributes:
        name: File name beside the entry.
        sha256: Of its bytes, hexadecimal.
    """

    name: str
    sha256: str


@dataclass(frozen=True)
class Entry:
    """What is known of one version.

    Attributes:
        kind: What it predicts, as `link_failure`.
        version: Its number and the beginning of its state's hash.
        made_at: Seconds since the epoch.
        data_sha256: Of what it learned from.
        code_version: Commit or package version that trained it.
        metrics: Its figures on held-out data.
        card: What it was trained on and what it is for, for people.
        states: Its files.
    """

    kind: str
    version: str
    made_at: float
    data_sha256: str
    code_version: str
    metrics: Mapping[str, float]
    card: Mapping[str, Any]
    states: tuple[State, ...]

    def to_json(self) -> str:
        """Return the entry as readable JSON."""
        return json.dumps({"schema": SCHEMA_VERSION, **asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> Self:
        """Read an entry back.

        Raises:
            InvalidData: It is none, or a field of it is wrong.
        """
        data = parsed(content, _SCHEMA, source)
        del data["schema"]
        return cls(**{**data, "states": tuple(State(**state) for state in data["states"])})


def parsed(content: bytes, schema: Mapping[str, Any], source: str) -> Any:
    """Return JSON that fits a schema.

    Raises:
        InvalidData: It is no JSON, or does not fit.
    """
    try:
        data = json.loads(content)
    except ValueError as error:
        raise InvalidData(source, "", f"is no JSON ({error}); roll back or train again") from error
    check(data, schema, source)
    return data


def digest(content: bytes) -> str:
    """Return the sha256 of bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()
