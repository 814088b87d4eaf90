"""Which log lines are events: by rules of the inventory, the first that fits."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from forerunner.dialects.redaction import hide
from forerunner.errors import InvalidData
from forerunner.listen.syslog import Line
from forerunner.model import Event, Severity

SCHEMA: dict[str, Any] = {
    "type": "array",
    "maxItems": 200,
    "items": {
        "type": "object",
        "properties": {
            "match": {"type": "string", "minLength": 1, "maxLength": 500},
            "kind": {"type": "string", "pattern": r"^syslog(\.[a-z0-9_]+)+$", "maxLength": 64},
            "severity": {"enum": ["info", "warning", "error", "critical"]},
        },
        "required": ["match", "kind", "severity"],
        "additionalProperties": False,
    },
}
LEVELS = ("emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug")
_ANY: tuple[Severity, ...] = ("critical", "critical", "critical", "error", "warning")


@dataclass(frozen=True)
class Rule:
    """Lines that are events.

    Attributes:
        match: Found in `program: message`; a group called `interface` names the part.
        kind: Of the event.
        severity: Of the event.
    """

    match: re.Pattern[str]
    kind: str
    severity: Severity


@dataclass(frozen=True)
class Rules:
    """The rules, in their order, and what becomes of lines that none fits.

    Attributes:
        rules: The first that fits counts.
        least: Lines of this level (0 to 7) or a worse one are events without any rule.
    """

    rules: tuple[Rule, ...]
    least: int

    @classmethod
    def from_data(cls, data: Sequence[Mapping[str, Any]], least: str, source: str) -> Self:
        """Build rules from checked plain data.

        Raises:
            InvalidData: A pattern is no regular expression.
        """
        rules = tuple(_rule(each, f"{source}: rules[{at}]") for at, each in enumerate(data))
        return cls(rules, LEVELS.index(least))

    def event(self, host: str, said: Line, now: float) -> Event | None:
        """Return what a device's line is as an event; None where it is none.

        Args:
            host: The device's inventory name.
            said: The line.
            now: When it came; seconds since the epoch.
        """
        text = f"{said.program}: {said.message}" if said.program else said.message
        for rule in self.rules:
            found = rule.match.search(text)
            if found:
                part = str(found.groupdict().get("interface") or "")
                return _event(host, said, text, (rule.kind, part, rule.severity, now))
        if said.severity > self.least:
            return None
        severity = _ANY[min(said.severity, len(_ANY) - 1)] if said.severity < len(_ANY) else "info"
        return _event(host, said, text, ("syslog.message", "", severity, now))


def _rule(data: Mapping[str, Any], source: str) -> Rule:
    try:
        return Rule(re.compile(data["match"]), data["kind"], data["severity"])
    except re.error as error:
        problem = f"is no regular expression: {error}"
        raise InvalidData(source, "match", problem) from None


def _event(host: str, said: Line, text: str, what: tuple[str, str, Severity, float]) -> Event:
    kind, part, severity, now = what
    text = hide(text)[:2000]
    whole = f"{host}\0{now!r}\0{text}"
    name = f"log-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"
    details = {"program": said.program, "level": LEVELS[said.severity], "stamp": said.stamp}
    # Whoever compares clocks must know that this is ours.
    details |= {} if said.stamp else {"stamp_of": "receipt"}
    return Event(name, now, kind, host, hide(part)[:255], severity, text, details)
