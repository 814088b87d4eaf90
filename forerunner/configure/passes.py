"""Bringing one device to a configuration: apply in passes, read back after each.

The shadow of a plan and the device itself go through this one function, so that what is foretold
is what is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from forerunner.dialects import Dialect, DialectError
from forerunner.fleet import Rejected

# What is missing, what is too much then, and once more for what the removal took along.
PASSES = 3


class Speaker(Protocol):
    """What answers commands: an SSH session with a device, or a shadow router."""

    async def execute(self, command: str, stdin: str = "") -> str:
        """Run a command and return its output; raises `Rejected` where it ends with an error."""
        ...


@dataclass(frozen=True)
class Spoken:
    """A device that can be spoken to.

    Attributes:
        name: Inventory name.
        speech: Dialect of its platform.
        speaker: What answers.
    """

    name: str
    speech: Dialect
    speaker: Speaker

    async def read(self) -> str:
        """Return the running configuration, noise masked.

        Raises:
            Rejected: What the device answers is no whole configuration.
        """
        answer = await self.speaker.execute(self.speech.SHOW_RUNNING_CONFIG)
        try:
            return self.speech.running_config(answer)
        except DialectError as error:
            raise Rejected(self.name, str(error)) from error


@dataclass(frozen=True)
class Brought:
    """Where the passes ended.

    Attributes:
        now: Running configuration, as read back last.
        rejected: What the device said to the line that it did not take; empty when it took all.
        left: What differs still from what was meant, for people; empty when nothing does.
    """

    now: str
    rejected: str
    left: str

    @property
    def problem(self) -> str:
        """Return what went wrong in one text; empty when the device is as it was meant."""
        if not (self.rejected or self.left):
            return ""
        problem = self.rejected or "the device took every line, but not as it was meant"
        return f"{problem}; still different:\n{self.left}" if self.left else problem


async def bring(device: Spoken, running: str, target: str, permit: Callable[[], None]) -> Brought:
    """Bring a device from what it runs to `target`; a rejected line ends it.

    What came before the rejected line stands, and is read back. `permit` is called just before
    each write, and raises to prevent it.
    """
    rejected, now, speech = "", running, device.speech
    for _ in range(PASSES):
        commands = speech.changes(now, target)
        if not commands or rejected:
            break
        permit()
        try:
            await device.speaker.execute(speech.configure(commands))
        except Rejected as error:
            rejected = error.problem
        now = await device.read()
    return Brought(now, rejected, speech.differences(now, target))
