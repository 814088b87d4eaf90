"""What can go wrong while measuring."""

from forerunner.errors import ForerunnerError


class CollectError(ForerunnerError):
    """A device does not give what was asked of it."""


class BadLine(CollectError):
    """A device's agent wrote something that is no probe result."""
