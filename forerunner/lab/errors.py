"""What can be wrong with a lab, for its user to read."""

from forerunner.errors import ForerunnerError


class LabError(ForerunnerError):
    """The lab cannot do what was asked; the message says why and what to do next."""


class LabNotUp(LabError):
    """There is no lab of this name."""


class NotOurs(LabError):
    """Something of the lab's name stands there that this checkout did not make."""


class CommandFailed(LabError):
    """A command of the operating system failed.

    Args:
        command: The command with its arguments.
        returncode: What it returned.
        message: What it wrote on standard error.
    """

    def __init__(self, command: tuple[str, ...], returncode: int, message: str) -> None:
        super().__init__(f"{' '.join(command)}: returned {returncode}: {message.strip()}")
        self.command, self.returncode = command, returncode
