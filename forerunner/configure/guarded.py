"""A device under its guard, whatever guards it: its agent, or its vendor's own commit timer."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from forerunner.configure.health import Patience
from forerunner.configure.passes import Brought

Permit = Callable[[str], None]
"""Is asked with a device's name just before each write to it, and raises to prevent it."""


@dataclass(frozen=True)
class Conditions:
    """On what conditions a part is carried out.

    Attributes:
        permit: Asked before each write.
        timer_s: Seconds after which a device puts its snapshot back unless it is confirmed.
        patience: How long the health of a device is watched.
        loopbacks: Of all devices, by name.
        leaving: Prefixes that the change as a whole takes away.
        most_errors: New errors on an interface that are borne.
        read_s: Seconds that a vendor's driver may take for one answer.
    """

    permit: Permit
    timer_s: float
    patience: Patience
    loopbacks: Mapping[str, str]
    leaving: frozenset[str]
    most_errors: int
    read_s: float = 60.0


class Guarded(Protocol):
    """One device under way; all of its methods may raise `FleetError`."""

    @property
    def touched(self) -> bool:
        """Return whether anything may have been written to it."""
        ...

    @property
    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """Return its health before and after, as plain data; what was not read is left out."""
        ...

    @property
    def promise(self) -> str:
        """Return what becomes of a device that does not answer."""
        ...

    async def arm(self) -> str:
        """See that it can go back, note its health, and return the snapshot: what it runs."""
        ...

    async def apply(self, target: str) -> Brought:
        """Bring it to `target`, under its timer, and return what it runs then."""
        ...

    async def watch(self, target: str) -> str:
        """Watch its health; return what is worse than before and not meant to be."""
        ...

    async def confirm(self) -> None:
        """Let the change stand; raises where that did not come in time."""
        ...

    async def put_back(self) -> bool:
        """Have the snapshot put back, and return whether the device runs exactly that."""
        ...


Opening = Callable[[Conditions], AbstractAsyncContextManager[Guarded]]
"""Opens the way to a device."""
