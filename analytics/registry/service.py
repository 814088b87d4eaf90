"""Which version is in service, and every promotion before it: one file, replaced at once."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from analytics.registry.entry import VERSION, parsed

_PROMOTION_PROPERTIES: Mapping[str, Any] = {
    "version": {"type": "string", "pattern": VERSION},
    "entry_sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "at": {"type": "number", "minimum": 0},
    "who": {"type": "string", "minLength": 1},
    "why": {"type": "string", "minLength": 1},
    "rollback": {"type": "boolean"},
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "schema": {"const": 1},
        "promotions": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": _PROMOTION_PROPERTIES,
                "required": list(_PROMOTION_PROPERTIES),
                "additionalProperties": False,
            },
        },
    },
    "required": ["schema", "promotions"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Promotion:
    """A version was put in service.

    Attributes:
        version: Which.
        entry_sha256: Of its entry as it was then; what is loaded later must still be that.
        at: Seconds since the epoch.
        who: Who did it.
        why: For what reason.
        rollback: Whether it was a return to an earlier version.
    """

    version: str
    entry_sha256: str
    at: float
    who: str
    why: str
    rollback: bool = False


@dataclass(frozen=True)
class Service:
    """The promotions of a kind, oldest first; the last is in service."""

    promotions: tuple[Promotion, ...]

    @property
    def current(self) -> Promotion:
        """Return the promotion that is in service."""
        return self.promotions[-1]

    @property
    def previous(self) -> Promotion | None:
        """Return what was in service before; a rollback does not count as going forward.

        Rolling back twice goes back two versions, not to and fro; a version that was promoted
        twice in a row is one step.
        """
        stack: list[Promotion] = []
        for each in self.promotions:
            known = [index for index, one in enumerate(stack) if one.version == each.version]
            if each.rollback and known:
                del stack[known[-1] + 1 :]
            elif not stack or stack[-1].version != each.version:
                stack.append(each)
        return stack[-2] if len(stack) > 1 else None

    def promoted(self, version: str) -> Promotion | None:
        """Return the newest promotion of a version."""
        found = [each for each in self.promotions if each.version == version]
        return found[-1] if found else None

    def to_json(self) -> str:
        """Return the file's content."""
        promotions = [asdict(each) for each in self.promotions]
        return json.dumps({"schema": 1, "promotions": promotions}, indent=2) + "\n"

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> Self:
        """Read it back.

        Raises:
            InvalidData: It is none, or a field of it is wrong.
        """
        data = parsed(content, _SCHEMA, source)
        return cls(tuple(Promotion(**each) for each in data["promotions"]))
