"""What to say to a device of each platform, and how to read what it answers."""

from typing import Protocol

from forerunner.dialects import frr, junos, linux
from forerunner.dialects.errors import (
    DialectError,
    IncompleteConfig,
    UnknownPlatform,
    UnreadableAnswer,
)
from forerunner.dialects.indented import EOS, IOS, IOSXR, NXOS

__all__ = [
    "Dialect",
    "DialectError",
    "IncompleteConfig",
    "UnknownPlatform",
    "UnreadableAnswer",
    "dialect",
]


class Dialect(Protocol):
    """What every platform can do; a module per platform implements it."""

    @property
    def SHOW_RUNNING_CONFIG(self) -> str:  # noqa: N802 - a constant of most
        """What to ask for the running configuration."""
        ...

    @property
    def SAVE(self) -> str:  # noqa: N802 - a constant of most
        """What saves the running configuration for the next start; empty where none is needed."""
        ...

    @property
    def SAVED(self) -> str:  # noqa: N802 - a constant of most
        """What the answer to `SAVE` holds when it was saved."""
        ...

    def running_config(self, answer: str) -> str:
        """Return the configuration out of the answer to `SHOW_RUNNING_CONFIG`, noise masked."""
        ...

    def changes(self, running: str, intended: str) -> list[str]:
        """Return the next commands on the way; none once `intended` is reached."""
        ...

    def differences(self, running: str, intended: str) -> str:
        """Return what differs by meaning, for people; empty when nothing does."""
        ...

    def misread(self, config: str) -> list[str]:
        """Return the lines that the device would take in silence as something else."""
        ...

    def keep_drained(self, running: str, intended: str) -> tuple[str, tuple[str, ...]]:
        """Return the intended configuration with drained interfaces left so, and which they are."""
        ...

    def configure(self, commands: list[str]) -> str:
        """Return the one command that carries out configuration commands."""
        ...


_DIALECTS: dict[str, Dialect] = {
    "frr": frr,
    "junos": junos,
    "linux": linux,
    **{each.platform: each for each in (EOS, IOS, IOSXR, NXOS)},
}


def dialect(platform: str) -> Dialect:
    """Return the dialect of a platform.

    Raises:
        UnknownPlatform: Lists the platforms that there are.
    """
    try:
        return _DIALECTS[platform]
    except KeyError:
        known = ", ".join(sorted(_DIALECTS))
        raise UnknownPlatform(f"there is no dialect for {platform!r}; there is {known}") from None
