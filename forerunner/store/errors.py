"""What can go wrong with the telemetry store."""

import os
import re

from forerunner.errors import ForerunnerError

_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LOGIN = re.compile(r"//[^/@\s]*@")


class StoreError(ForerunnerError):
    """The store cannot be read or written."""


def scrubbed(error: BaseException) -> str:
    """Return what an error says, without credentials of the environment or of a URL."""
    text = _LOGIN.sub("//", str(error))
    for name in _SECRETS:
        if secret := os.environ.get(name):
            text = text.replace(secret, "***")
    return text
