"""What can go wrong between us and a subscriber system."""

from forerunner.errors import ForerunnerError


class TelcoError(ForerunnerError):
    """A subscriber system refuses, or answers what cannot be understood.

    Args:
        system: Its inventory name.
        problem: What is wrong and what to do; never a key, nor anything that may hold one.
    """

    def __init__(self, system: str, problem: str) -> None:
        super().__init__(f"{system}: {problem}")
        self.system, self.problem = system, problem


class SystemUnreachable(TelcoError):
    """It cannot be reached, or the connection broke; what was asked for last may be done or not."""
