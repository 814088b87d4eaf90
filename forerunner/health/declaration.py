"""What can be declared of a device, and what each declaration means for one subject at a time.

In the spirit of ANTA's catalogues and of napalm_validate: a declaration says what ought to be so,
never how to ask for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.errors import InvalidData
from forerunner.schema import check

Declared = Mapping[str, Mapping[str, Any]]
"""Name of a check to what is declared, as the inventory has it."""

VARIABLE = "device_health_checks"
ANY = "*"
"""Subject of a check that holds for whatever the device has."""

# These end up in commands: no blank, no sign that a command line knows. The end as JavaScript and
# Python both see it: "$" would let a newline through.
_END = r"(?![\s\S])"
_INTERFACE = {"type": "string", "pattern": rf"^[A-Za-z0-9][A-Za-z0-9_./:-]{{0,63}}{_END}"}
_ADDRESS = {"type": "string", "pattern": rf"^[0-9A-Fa-f.:]{{2,45}}{_END}"}
_PREFIX = {"type": "string", "pattern": rf"^[0-9A-Fa-f.:]{{2,45}}/[0-9]{{1,3}}{_END}"}
_VERSION = {"type": "string", "pattern": rf"^[A-Za-z0-9][A-Za-z0-9_.()+:-]{{0,63}}{_END}"}


def _declaration(**fields: Any) -> dict[str, Any]:
    required = [name for name in fields if name != "interfaces"]
    allowed = {"properties": fields, "required": required, "additionalProperties": False}
    return {"type": "object", **allowed}


def _some(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}


SCHEMA = {
    "type": "object",
    "properties": {
        "ospf_neighbors": _declaration(full=_some(_INTERFACE)),
        "bgp_sessions": _declaration(established=_some(_ADDRESS)),
        "interfaces": _declaration(up=_some(_INTERFACE)),
        "routes": _declaration(present=_some(_PREFIX)),
        "interface_errors": _declaration(
            below={"type": "integer", "minimum": 1}, interfaces=_some(_INTERFACE)
        ),
        "reachable": _declaration(addresses=_some(_ADDRESS)),
        "software": _declaration(version=_VERSION),
        "ntp": _declaration(synchronised={"const": True}),
        "syslog": _declaration(enabled={"const": True}),
    },
    "additionalProperties": False,
}
# The word that each check of a list expects of every member of it.
_LISTS = {
    "ospf_neighbors": ("full", "full"),
    "bgp_sessions": ("established", "established"),
    "interfaces": ("up", "up"),
    "routes": ("present", "present"),
    "reachable": ("addresses", "reachable"),
}


@dataclass(frozen=True)
class Check:
    """One thing that ought to be so on a device.

    Attributes:
        name: What is looked at, as `bgp_sessions`.
        subject: Of which neighbour, interface, ...; `*` for all that the device has.
        expected: What it ought to be, in one word.
        below: Instead of the word, the number that it must not reach.
    """

    name: str
    subject: str
    expected: str = ""
    below: int | None = None


def declared_checks(host: str, data: object) -> dict[str, Mapping[str, Any]]:
    """Return what the inventory declares of a device, checked against the schema.

    Raises:
        InvalidData: Names the host, the field and what can be declared.
    """
    source = f"host {host}"
    try:
        check(data, SCHEMA, source)
    except InvalidData as error:
        field = f"{VARIABLE}.{error.field}".rstrip(".")
        problem = f"{error.problem}; docs/checks.md says what can be declared, and how"
        raise InvalidData(source, field, problem) from None
    assert isinstance(data, Mapping)  # noqa: S101 - the schema says so, mypy cannot know
    return dict(data)


def checks(declared: Declared) -> Iterator[Check]:
    """Yield each single check that a declaration means."""
    for name, fields in declared.items():
        if name in _LISTS:
            field, word = _LISTS[name]
            yield from (Check(name, subject, word) for subject in fields[field])
        elif name == "interface_errors":
            subjects = fields.get("interfaces", [ANY])
            yield from (Check(name, subject, below=fields["below"]) for subject in subjects)
        elif name == "software":
            yield Check(name, "version", fields["version"])
        else:
            yield Check(name, ANY, next(iter(fields)))
