"""Which class of traffic a flow is of: the first of the inventory's rules that fits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OTHER = "other"
"""What fits no rule."""
_NUMBERS = {"type": "array", "minItems": 1, "uniqueItems": True}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": r"^[A-Za-z0-9_-]+$"},
            "dscp": {**_NUMBERS, "items": {"type": "integer", "minimum": 0, "maximum": 63}},
            "protocols": {**_NUMBERS, "items": {"type": "integer", "minimum": 0, "maximum": 255}},
            "ports": {**_NUMBERS, "items": {"type": "integer", "minimum": 0, "maximum": 65535}},
        },
        "required": ["name"],
        "minProperties": 2,
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class TrafficClass:
    """A rule: what fits everything that it names is of its class.

    Attributes:
        name: Of the class; several rules may be of one.
        dscp: Differentiated services code points (RFC 2474).
        protocols: Numbers of IP protocols.
        ports: Of either end.
    """

    name: str
    dscp: tuple[int, ...] = ()
    protocols: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()

    @property
    def condition(self) -> str:
        """Return it as SQL over the columns of a flow."""
        parts = []
        if self.dscp:
            # The other two bits of the octet are ECN's (RFC 3168).
            parts.append(f"tos >> 2 IN ({_listed(self.dscp)})")
        if self.protocols:
            parts.append(f"protocol IN ({_listed(self.protocols)})")
        if self.ports:
            ports = _listed(self.ports)
            parts.append(f"(source_port IN ({ports}) OR destination_port IN ({ports}))")
        return " AND ".join(parts)


def classes_of(data: Iterable[Mapping[str, Any]]) -> tuple[TrafficClass, ...]:
    """Return the rules of data that fits `SCHEMA`, in their order."""
    names = ("dscp", "protocols", "ports")
    return tuple(TrafficClass(x["name"], *(tuple(x.get(name, ())) for name in names)) for x in data)


def class_sql(classes: Sequence[TrafficClass]) -> str:
    """Return the SQL of the class that a flow is of."""
    rules = " ".join(f"WHEN {each.condition} THEN '{each.name}'" for each in classes)
    return f"CASE {rules} ELSE '{OTHER}' END" if rules else f"'{OTHER}'"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)
