"""Is a device as well after its change as it was before?"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from forerunner.configure.guard import Guard
from forerunner.dialects import UnreadableAnswer, frr, frr_health
from forerunner.fleet import Rejected, Session

_POLL_S = 0.4
_MOST_NAMES = 5
State = TypeVar("State")


@dataclass(frozen=True)
class Health:
    """What a device shows of itself and of what it sees.

    Attributes:
        full: Interfaces with an OSPF neighbour in state Full.
        established: BGP peers whose session is established.
        routes: Prefixes with a route in use.
        reached: Loopbacks of other devices that answer it.
        errors: Errors that each interface has counted.
    """

    full: frozenset[str]
    established: frozenset[str]
    routes: frozenset[str]
    reached: frozenset[str]
    errors: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return counts and names as plain data."""
        return {
            "ospf_full": sorted(self.full),
            "bgp_established": sorted(self.established),
            "routes": len(self.routes),
            "reached": sorted(self.reached),
            "errors": sum(self.errors.values()),
        }


@dataclass(frozen=True)
class Expected:
    """What must hold of a device afterwards.

    Attributes:
        before: Its health before.
        target: The configuration that it was given.
        leaving: Prefixes that the change as a whole takes away.
        most_errors: New errors on an interface that are borne.
    """

    before: Health
    target: str
    leaving: frozenset[str]
    most_errors: int

    def problems(self, now: Health) -> list[str]:
        """Return a sentence for each thing that is worse than before, and not meant to be."""
        before, target = self.before, self.target
        gone = {
            "OSPF is no longer Full on": (before.full & frr_health.meant_neighbours(target))
            - now.full,
            "BGP is no longer established with": (
                before.established & frr_health.meant_peers(target)
            )
            - now.established,
            "there is no route any more to": before.routes - self.leaving - now.routes,
            "it no longer reaches": {
                each for each in before.reached - now.reached if f"{each}/32" not in self.leaving
            },
        }
        return [*sentences(gone), *new_errors(before.errors, now.errors, self.most_errors)]


def sentences(gone: Mapping[str, Collection[str]]) -> list[str]:
    """Return a sentence for each kind of thing of which something is gone."""
    return [f"{what} {_names(names)}" for what, names in gone.items() if names]


def new_errors(before: Mapping[str, int], now: Mapping[str, int], most: int) -> list[str]:
    """Return a sentence for each interface that counted more new errors than are borne."""
    new = {name: count - before.get(name, 0) for name, count in now.items()}
    worse = {name: count for name, count in new.items() if count > most}
    return [f"{name} counted {count} new errors" for name, count in worse.items()]


async def read(session: Session, guard: Guard, local: str, peers: Sequence[str]) -> Health:
    """Ask a device how it is.

    Args:
        session: With its command line.
        guard: With its agent.
        local: Its own loopback.
        peers: Loopbacks of the others.

    Raises:
        Rejected: It answers something else.
        Unreachable: The session broke off.
    """
    answer, seen = await asyncio.gather(
        session.execute("\n".join(frr_health.QUESTIONS)), guard.health(local, list(peers))
    )
    try:
        return _health(frr.documents(answer), seen)
    except (UnreadableAnswer, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Rejected(session.device.name, f"its state cannot be read: {error}") from error


def _health(documents: Sequence[Any], seen: Mapping[str, Any]) -> Health:
    neighbours, peerings, routes = documents
    return Health(
        frr_health.full_interfaces(neighbours),
        frr_health.established_peers(peerings),
        frr_health.selected_prefixes(routes),
        frozenset(map(str, seen["reached"])),
        {str(name): int(count) for name, count in seen["errors"].items()},
    )


@dataclass(frozen=True)
class Patience:
    """How long a device is watched after its change.

    Attributes:
        soak_s: Seconds at the least: what breaks a session may show only after its dead interval.
        settle_s: Seconds within which all must be well.
    """

    soak_s: float
    settle_s: float


@dataclass(frozen=True)
class Watched:
    """A device whose health is watched: how to ask it, and what must hold."""

    session: Session
    guard: Guard
    local: str
    peers: Sequence[str]
    expected: Expected


async def watch(watched: Watched, patience: Patience) -> tuple[list[str], Health]:
    """Watch a router's health; return what is wrong, and how it was at the end."""

    async def ask() -> Health:
        return await read(watched.session, watched.guard, watched.local, watched.peers)

    return await patiently(ask, watched.expected.problems, patience)


async def patiently(
    ask: Callable[[], Awaitable[State]], problems: Callable[[State], list[str]], patience: Patience
) -> tuple[list[str], State]:
    """Ask until all is well after the soak, or the time to settle is over; return what is wrong."""
    began = time.monotonic()
    while True:
        now = await ask()
        found = problems(now)
        passed = time.monotonic() - began
        if (not found and passed >= patience.soak_s) or passed >= patience.settle_s:
            return found, now
        await asyncio.sleep(_POLL_S)


def _names(names: Collection[str]) -> str:
    listed = sorted(names)
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return ", ".join(listed[:_MOST_NAMES]) + more
