"""What can be wrong with a change of configurations."""

from forerunner.errors import ForerunnerError


class ConfigureError(ForerunnerError):
    """A change of configurations cannot be begun; the message says why and what to do."""
