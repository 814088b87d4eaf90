"""Changing a router through its agent, which holds the snapshot and the timer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from forerunner.configure import health
from forerunner.configure.guard import Guard
from forerunner.configure.guarded import Conditions
from forerunner.configure.health import Expected, Health, Watched
from forerunner.configure.passes import Brought, Spoken, bring
from forerunner.dialects import dialect
from forerunner.fleet import Device, Session, connect


class ByAgent:
    """A router under the guard of its agent; see `forerunner.configure.guarded.Guarded`.

    Args:
        session: With its command line.
        guard: Its agent's.
        conditions: On what conditions.
    """

    promise = "its own timer puts the snapshot back"

    def __init__(self, session: Session, guard: Guard, conditions: Conditions) -> None:
        self._session, self._guard, self._conditions = session, guard, conditions
        self._name, self._speech = session.device.name, dialect(session.device.platform)
        self._states: dict[str, Health] = {}
        self._snapshot = ""
        self.touched = False

    @property
    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """Return its health before and after, as plain data."""
        return {name: state.to_dict() for name, state in self._states.items()}

    async def arm(self) -> str:
        """Have the agent take the snapshot and start its timer, and return the snapshot."""
        self._snapshot = await self._guard.arm()
        self._states["before"] = await health.read(self._session, self._guard, *self._ways)
        return self._snapshot

    async def apply(self, target: str) -> Brought:
        """Say what differs through the guard, and read back after each pass."""
        spoken = Spoken(self._name, self._speech, self._guard)
        return await bring(spoken, self._snapshot, target, self._permitted)

    async def watch(self, target: str) -> str:
        """Watch neighbours, peers, routes, reachability and errors."""
        leaving, most = self._conditions.leaving, self._conditions.most_errors
        expected = Expected(self._states["before"], target, leaving, most)
        watched = Watched(self._session, self._guard, *self._ways, expected)
        found, self._states["after"] = await health.watch(watched, self._conditions.patience)
        return "; ".join(found)

    async def confirm(self) -> None:
        """Let the change stand."""
        await self._guard.confirm()

    async def put_back(self) -> bool:
        """Have the agent put the snapshot back."""
        return await self._guard.put_back()

    @property
    def _ways(self) -> tuple[str, list[str]]:
        loopbacks = self._conditions.loopbacks
        return loopbacks[self._name], [x for name, x in loopbacks.items() if name != self._name]

    def _permitted(self) -> None:
        self._conditions.permit(self._name)
        self.touched = True


@asynccontextmanager
async def open_by_agent(
    device: Device, agent: Device, conditions: Conditions
) -> AsyncIterator[ByAgent]:
    """Open the way to a router: a session with its command line, and one with its agent.

    Args:
        device: How its command line is reached.
        agent: How its agent is reached.
        conditions: On what conditions it is changed.
    """
    async with Guard(agent, conditions.timer_s) as guard, connect(device, attempts=2) as session:
        yield ByAgent(session, guard, conditions)


def limit_s(conditions: Conditions) -> float:
    """Return the seconds that a change may take: its timer, beside connecting and reading."""
    return conditions.timer_s + 20.0 + conditions.patience.settle_s
