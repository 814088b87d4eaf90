"""What can go wrong between the controller and one device."""

from forerunner.errors import ForerunnerError


class FleetError(ForerunnerError):
    """Work on one device did not succeed; the message names the host, the cause and what to do."""

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(f"{host}: {problem}")
        self.host, self.problem = host, problem


class Unreachable(FleetError):
    """No trusted session with the device, or it broke off: nothing is known about the device."""


class NoAnswer(Unreachable):
    """There was no session yet, and nobody was refused: the next attempt may be luckier."""


class Rejected(FleetError):
    """The device answered, and said no."""
