"""What can keep the lab's subscriber systems from standing."""

from forerunner.errors import ForerunnerError


class SubscriberLabError(ForerunnerError):
    """A subscriber system of the lab cannot be started, or is not the one that was started."""
