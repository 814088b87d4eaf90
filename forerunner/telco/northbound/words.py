"""What a back office calls our fields and states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forerunner.errors import InvalidData
from forerunner.telco.contract import Record

NAME = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,63}$"}
NAMES: dict[str, Any] = {"type": "object", "additionalProperties": NAME}
PROFILES = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
}


@dataclass(frozen=True)
class Words:
    """Its vocabulary.

    Attributes:
        fields: What it calls each field of ours.
        states: What it calls `active` and `suspended`.
    """

    fields: Mapping[str, str]
    states: Mapping[str, str]
    _ours: Mapping[str, str] = field(init=False, repr=False)
    _statuses: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Turn the names round, for reading."""
        object.__setattr__(self, "_ours", {theirs: name for name, theirs in self.fields.items()})
        statuses = {theirs: name for name, theirs in self.states.items()}
        object.__setattr__(self, "_statuses", statuses)

    def theirs(self, record: Record) -> dict[str, str]:
        """Return a record of ours with its state as they call it, by our names of the fields."""
        return {**record, "status": self.states[record["status"]]}

    def ours(self, data: Mapping[str, Any]) -> Record:
        """Return a record of theirs as ours; fields that we have no name for are left out."""
        known = {name: data.get(theirs) for theirs, name in self._ours.items()}
        record = {name: str(value) for name, value in known.items() if value is not None}
        return {**record, "status": self._statuses.get(record.get("status", ""), "unknown")}


def check_words(name: str, data: Mapping[str, Any], needed: Sequence[str]) -> None:
    """See that a vocabulary has all that is needed.

    Args:
        name: Inventory name of the system.
        data: Settings with `fields` and `states`.
        needed: The fields that it has of a subscriber.

    Raises:
        InvalidData: It has not; names what is missing.
    """
    for part, wanted in (("fields", needed), ("states", ("active", "suspended"))):
        missing = [each for each in wanted if each not in data[part]]
        if missing:
            raise InvalidData(name, part, f"lacks a name for {', '.join(missing)}")
