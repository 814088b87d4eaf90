"""Whether a promise is kept, by the newest samples.

Of the newest `samples`, so many as `violations` have to be bad for a violation: one bad sample is
none. What cannot be told - nothing was measured, or not lately, or too few samples are there to
rule a violation out - is unknown, and unknown is not good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from forerunner.errors import InvalidData
from forerunner.sla.promises import MEASURES, Path, Quantity

State = Literal["violated", "unknown", "kept"]
Measured = Sequence[tuple[float, float]]
"""(Seconds since the epoch, value in the unit of its promise), by time."""


@dataclass(frozen=True)
class Terms:
    """How promises are judged.

    Attributes:
        samples: How many of the newest count.
        violations: How many of these must be bad.
        stale_s: Age in seconds of the newest from which on nothing is known.
    """

    samples: int = 3
    violations: int = 2
    stale_s: float = 2700.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            InvalidData: Names the field.
        """
        if not 1 <= self.violations <= self.samples:
            problem = f"{self.violations} must be 1 to {self.samples}, which are looked at"
            raise InvalidData("sla_check_violations", "", problem)

    @property
    def window_s(self) -> float:
        """Return the age in seconds beyond which no sample counts."""
        return self.samples * self.stale_s


@dataclass(frozen=True)
class Judged:
    """How one promise of a path stands.

    Attributes:
        path: The path.
        quantity: What is promised.
        bound: The promise, in the unit of its field.
        state: `violated`, `unknown` or `kept`.
        values: Of the samples that counted, by time, in the same unit.
        newest: When the newest was measured, in seconds since the epoch; None without one.
        text: One sentence for people.
    """

    path: Path
    quantity: Quantity
    bound: float
    state: State
    values: tuple[float, ...]
    newest: float | None
    text: str


def judge(path: Path, quantity: Quantity, measured: Measured, terms: Terms, now: float) -> Judged:
    """Return how a promise stands.

    Args:
        path: A path whose class promises it.
        quantity: What is promised.
        measured: Of this path and quantity.
        terms: How it is judged.
        now: Seconds since the epoch.
    """
    bound, measure = path.sla_class.bounds[quantity], MEASURES[quantity]
    known = [each for each in measured if each[0] >= now - terms.window_s][-terms.samples :]
    values = tuple(value for _, value in known)
    newest = known[-1][0] if known else None
    bad = sum(measure.breaks(value, bound) for value in values)
    state, why = _state(bad, len(values), newest, terms, now)
    text = (
        f"{path.name} ({path.sla_class.name}): {measure.field} {why}; {_promise(bound, quantity)}"
    )
    if values:
        text += f", measured {', '.join(f'{value:.4g}' for value in values)}"
    return Judged(path, quantity, bound, state, values, newest, text)


def _state(
    bad: int, count: int, newest: float | None, terms: Terms, now: float
) -> tuple[State, str]:
    if newest is None:
        return "unknown", "is unknown, nothing was measured lately"
    if now - newest > terms.stale_s:
        return "unknown", f"is unknown, the newest sample is {now - newest:.0f} s old"
    if bad >= terms.violations:
        return "violated", f"is violated, {bad} of {count} samples are bad"
    if count - bad <= terms.samples - terms.violations:
        return "unknown", f"is unknown, {count} of {terms.samples} samples are too few to tell"
    return "kept", f"is kept, {bad} of {count} samples are bad"


def _promise(bound: float, quantity: Quantity) -> str:
    return f"promised is {bound:g} at the {'least' if MEASURES[quantity].least else 'most'}"
