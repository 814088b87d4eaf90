"""What can keep the simulator from standing."""

from forerunner.errors import ForerunnerError


class SimulatorError(ForerunnerError):
    """The simulated fleet cannot be started, or is not the one that was started."""
