"""Runbooks: text for people, with the playbook that answers and what its variables bind from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from analytics.search.documents import Document
from forerunner.errors import InvalidData
from forerunner.schema import check

_NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
_SCHEMA = {
    "type": "object",
    "properties": {
        "events": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^[a-z][a-z0-9_.]*(\*)?$"},
        },
        "playbook": _NAME,
        "variables": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
            "additionalProperties": {"enum": ["host", "link", "interface"]},
        },
    },
    "required": ["events", "playbook", "variables"],
    "additionalProperties": False,
}
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_PATTERNS = {
    "host": ("host", re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")),
    "interface": ("interface", re.compile(r"[A-Za-z][A-Za-z0-9/._:-]{0,62}")),
    "link": (
        "interface",
        re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}:[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"),
    ),
}
"""By what a variable binds from: the incident's field, and the whole of what it may be."""


@dataclass(frozen=True)
class Binding:
    """A playbook with the variables that it would be given; nothing is run.

    Attributes:
        playbook: Its name, as `drain_link`.
        variables: Bound from validated fields.
        missing: Variables for which the incident has no field that fits.
    """

    playbook: str
    variables: Mapping[str, str]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Runbook:
    """A runbook.

    Attributes:
        name: Of its file.
        text: What people read.
        events: Kinds of events that it is for; a star at the end matches any rest.
        playbook: What answers such an event.
        variables: Variable of the playbook to `host`, `link` or `interface`.
    """

    name: str
    text: str
    events: tuple[str, ...]
    playbook: str
    variables: Mapping[str, str]

    def document(self) -> Document:
        """Return it as what is searched."""
        title = self.text.lstrip("# ").split("\n", 1)[0]
        fields = {"playbook": self.playbook}
        return Document(f"runbook:{self.name}", "runbook", title, self.text, 0.0, fields)

    def answers(self, event: str) -> bool:
        """Return whether it is for events of that kind."""
        return any(fnmatchcase(event, pattern) for pattern in self.events)

    def bind(self, fields: Mapping[str, str]) -> Binding:
        """Return the playbook and its variables for an incident.

        Args:
            fields: The incident's `host` and `interface`; its text is never looked at.
        """
        bound: dict[str, str] = {}
        for variable, source in self.variables.items():
            field, pattern = _PATTERNS[source]
            value = fields.get(field, "")
            if pattern.fullmatch(value):
                bound[variable] = value
        missing = tuple(name for name in self.variables if name not in bound)
        return Binding(self.playbook, bound, missing)


def read_runbooks(directory: Path, playbooks: Path) -> Iterator[Runbook]:
    """Yield the runbooks of a directory, by name.

    Raises:
        InvalidData: The front matter of one does not fit, or its playbook is not there.
    """
    for path in sorted(directory.glob("*.md")):
        found = _FRONT.match(path.read_text())
        if found is None:
            raise InvalidData(str(path), "front matter", "begin it with --- and end it with ---")
        front = _front(found[1], str(path))
        if not (playbooks / f"{front['playbook']}.yml").is_file():
            message = f"there is no {front['playbook']} in {playbooks}"
            raise InvalidData(str(path), "playbook", message)
        events = tuple(front["events"])
        text = found[2].strip()
        yield Runbook(path.stem, text, events, front["playbook"], front["variables"])


def _front(text: str, source: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidData(source, "front matter", f"is no YAML: {error}") from error
    check(data, _SCHEMA, source)
    front: dict[str, Any] = data
    return front
