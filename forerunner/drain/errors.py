"""What keeps a drain from being begun."""

from forerunner.errors import ForerunnerError


class DrainError(ForerunnerError):
    """A drain cannot be begun as it was asked for; nothing was touched."""
