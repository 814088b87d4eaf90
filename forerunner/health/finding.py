"""Judging what was declared against what was observed: the same for every platform."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from forerunner.health.declaration import ANY, Check, Declared, checks

Value = str | float
FindingState = Literal["passed", "failed", "unsupported"]


@dataclass(frozen=True)
class Observed:
    """What one check found on a device.

    Attributes:
        values: By subject, in the words of the declarations, or a number.
        problem: Why there may be less in it than the device has; empty when all was read.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Finding:
    """What became of one check.

    Attributes:
        check: What was looked at.
        subject: Of which neighbour, interface, ...
        state: `unsupported` where nobody can look at this on the platform.
        message: What is so, and what ought to be.
    """

    check: str
    subject: str
    state: FindingState
    message: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self)


def judge(declared: Declared, observed: Mapping[str, Observed], platform: str) -> list[Finding]:
    """Return what became of each check; what is missing in `observed` is not supported."""
    return [
        finding
        for check in checks(declared)
        for finding in _findings(check, observed.get(check.name), platform)
    ]


def _findings(check: Check, seen: Observed | None, platform: str) -> Iterator[Finding]:
    if seen is None:
        problem = f"not supported on {platform}"
        yield Finding(check.name, check.subject, "unsupported", problem)
        return
    # Where all that there is ought to be so, nothing at all is not so.
    subjects = [check.subject] if check.subject != ANY else list(seen.values) or [ANY]
    for subject in subjects:
        yield _finding(check, subject, seen)


def _finding(check: Check, subject: str, seen: Observed) -> Finding:
    expected = f"below {check.below}" if check.below is not None else check.expected
    value = seen.values.get(subject)
    if value is None:
        said = f"not found, should be {expected}" + (f" ({seen.problem})" if seen.problem else "")
        return Finding(check.name, subject, "failed", said)
    if _is_so(check, value):
        return Finding(check.name, subject, "passed", _text(value))
    return Finding(check.name, subject, "failed", f"{_text(value)}, should be {expected}")


def _is_so(check: Check, value: Value) -> bool:
    if check.below is not None:
        # Not the other way round: a NaN is below nothing.
        return isinstance(value, int | float) and value < check.below
    return value == check.expected


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"
