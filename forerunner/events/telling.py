"""Incidents as one message for people: alike ones together, the worst first. No I/O."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from forerunner.events.book import SEVERITIES, Incident

LONGEST = 3000
"""Characters of a message."""
_LONGEST_TEXT = 160
_HOSTS = 5


def subject(incidents: Sequence[Incident]) -> str:
    """Return one line: how many of which severity, and on which hosts."""
    counts = Counter(each.severity for each in incidents)
    worst_first = [name for name in reversed(SEVERITIES) if counts[name]]
    hosts = sorted({each.host for each in incidents})
    more = f" and {len(hosts) - _HOSTS} more" if len(hosts) > _HOSTS else ""
    said = ", ".join(f"{counts[name]} {name}" for name in worst_first)
    return f"Forerunner: {said} on {', '.join(hosts[:_HOSTS])}{more}"


def message(incidents: Sequence[Incident], longest: int = LONGEST) -> str:
    """Return what is told of incidents: their subject, and a line for each host and kind.

    Args:
        incidents: At least one.
        longest: Characters that it may have; what is left out is counted.
    """
    groups: dict[tuple[str, str], list[Incident]] = {}
    for each in incidents:
        groups.setdefault((each.host, each.kind), []).append(each)
    ordered = sorted(groups.values(), key=lambda x: (-max(map(_rank, x)), x[0].begun))
    lines = [subject(incidents)]
    left = longest - len(lines[0]) - len(_rest(len(ordered)))
    for group in ordered:
        line = _line(group)
        left -= len(line) + 1
        if left < 0:
            lines.append(_rest(len(ordered) - len(lines) + 1))
            break
        lines.append(line)
    return "\n".join(lines)


def _rest(count: int) -> str:
    return f"and {count} more groups; see: forerunner events"


def _line(group: Sequence[Incident]) -> str:
    worst = max(group, key=_rank)
    begun = datetime.fromtimestamp(min(each.begun for each in group), UTC)
    count = sum(each.count for each in group)
    parts = sorted({each.interface for each in group if each.interface})
    where = f" {', '.join(parts[:3])}" if parts else ""
    where += f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    text = " ".join(worst.text.split())[:_LONGEST_TEXT]
    head = f"{worst.severity.upper()} {worst.host} {worst.kind}{where}"
    return f"{head}: {text} ({count} since {begun:%H:%M:%S} UTC)"


def _rank(incident: Incident) -> int:
    return SEVERITIES.index(incident.severity)
