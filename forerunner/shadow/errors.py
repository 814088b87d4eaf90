"""What can be wrong with a shadow, for its user to read."""

from forerunner.errors import ForerunnerError


class ShadowError(ForerunnerError):
    """There is no shadow to try a change on; the message says why and what to do next."""


class NoShadow(ShadowError):
    """This machine cannot make one."""


class UnlikeDevice(ShadowError):
    """What the shadow would say does not hold for the device: it is not, or does not run, alike."""
