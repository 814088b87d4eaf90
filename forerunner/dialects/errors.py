"""What can be wrong with a device's answer."""

from forerunner.errors import ForerunnerError


class DialectError(ForerunnerError):
    """A device's answer cannot be used; the message says what is wrong with it."""


class UnknownPlatform(DialectError):
    """There is no dialect of that name."""


class IncompleteConfig(DialectError):
    """A configuration is empty, cut short or no configuration at all."""


class UnreadableAnswer(DialectError):
    """An answer is not in the form that the command gives."""
