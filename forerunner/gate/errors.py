"""Why the gate lets something not pass, in words that a person can act on."""

from collections.abc import Sequence
from dataclasses import dataclass

from forerunner.errors import ForerunnerError


@dataclass(frozen=True)
class Refusal:
    """One reason of the gate.

    Attributes:
        guard: Name of the guard, as `kill switch`.
        what: What stands in the way, and whose it is.
        proceed: What to do.
    """

    guard: str
    what: str
    proceed: str

    def __str__(self) -> str:
        return f"{self.guard}: {self.what}; {self.proceed}"


class GateError(ForerunnerError):
    """The gate did not let something pass."""


class Refused(GateError):
    """A plan may not begin; nothing was touched.

    Args:
        refusals: Every reason, not only the first.
    """

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        reasons = ". ".join(str(refusal) for refusal in refusals)
        super().__init__(f"the gate refuses, nothing was touched. {reasons}")
        self.refusals = tuple(refusals)


class NotAdmitted(GateError):
    """A write was asked for without a live token for the device; it was not done."""
