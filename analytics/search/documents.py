"""What is searched, and which of it is asked for. No I/O."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Document:
    """One runbook, incident, alarm or line of syslog.

    Attributes:
        id: Unique name.
        kind: `runbook`, `incident`, `alarm` or `syslog`.
        title: One line for people.
        text: What is compared; data, never a template.
        time: When it was written or happened, seconds since the epoch; 0 where it has no time.
        fields: What it can be filtered by, as `os`, `site`, `host`, `event`, `interface`.
    """

    id: str
    kind: str
    title: str
    text: str
    time: float = 0.0
    fields: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Return the sha256 of what is compared: while it stays, so does the embedding."""
        return hashlib.sha256(self.whole.encode()).hexdigest()

    @property
    def whole(self) -> str:
        """Return title and text as one."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True)
class Filters:
    """Which documents may be found; what is not stated lets everything pass.

    Attributes:
        kinds: Of these alone.
        fields: Each field has exactly this value, letters' case apart.
        since: At this time or later, seconds since the epoch; what has no time passes.
        without: No document of these names.
    """

    kinds: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    since: float = 0.0
    without: frozenset[str] = frozenset()

    def passes(self, document: Document) -> bool:
        """Return whether a document may be found."""
        if document.id in self.without or (self.kinds and document.kind not in self.kinds):
            return False
        if document.time and document.time < self.since:
            return False
        return all(
            document.fields.get(name, "").casefold() == value.casefold()
            for name, value in self.fields.items()
        )
