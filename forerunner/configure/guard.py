"""A device's guard, as the controller sees it: it puts the snapshot back unless it is confirmed.

Everything that is written to the device goes through its guard, which takes nothing more once its
time is up. See `forerunner.agent.guard` for the router's side.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

from forerunner.fleet import Device, FleetError, Rejected, Session, Unreachable, connect

GRACE_S = 20.0
"""Seconds after its time within which a device must have put its snapshot back and answer."""

_CONNECT_S = 10.0
# While the way may be cut, one attempt must not outlast the moment at which it is mended by much.
_RECONNECT_S = 5.0
AGAIN_S = 0.5
TOO_LATE = "its timer ran out first and took the change back; was the way to it cut?"


class Guard:
    """The guard of one change on one device; a context manager that keeps its session.

    Args:
        device: How its agent is reached.
        seconds: After which the device puts its snapshot back.
    """

    def __init__(self, device: Device, seconds: float) -> None:
        self.name = f"guard-{uuid.uuid4().hex[:12]}"
        self.armed = False
        self._device, self._seconds = device, seconds
        self._ends, self._connect_s = 0.0, _CONNECT_S
        self._stack = AsyncExitStack()
        self._session: Session | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def left_s(self) -> float:
        """Return the seconds until it acts."""
        return max(0.0, self._ends - time.monotonic())

    async def arm(self) -> str:
        """Arm it, and return the snapshot: what the device ran at that moment.

        Raises:
            Rejected: The guard of a change that nobody confirmed stands in the way.
            Unreachable: The device does not answer.
        """
        # It may be armed even if its answer is lost: from here on the device may act.
        self.armed, self._ends = True, time.monotonic() + self._seconds
        answer = await self._ask(f"arm {self.name} {self._seconds:g}")
        if answer["state"] != "held":
            self.armed = False
            problem = f"{answer['id']} of a change that nobody confirmed stands in the way"
            raise Rejected(self._device.name, f"{problem}; run it again")
        return str(answer["config"])

    async def execute(self, command: str, stdin: str = "") -> str:
        """Give lines to the device, as long as the guard is held.

        Raises:
            Rejected: The device refuses a line, or the time is up.
            Unreachable: The session broke off.
        """
        del stdin
        session = await self._opened()
        try:
            return await session.execute(f"say {self.name}", command)
        except Rejected as error:
            if self.left_s > 0:
                raise
            raise Rejected(self._device.name, TOO_LATE) from error

    async def health(self, local: str, peers: list[str]) -> dict[str, Any]:
        """Return whom the device reaches and its interfaces' errors; see `agent.health`."""
        return await self._ask(" ".join(["health", local, *peers]))

    async def confirm(self) -> None:
        """Let the change stand.

        Raises:
            Rejected: The time was up first, and the device has put its snapshot back.
            Unreachable: Nobody knows; the device puts it back unless it heard.
        """
        answer = await self._ask(f"confirm {self.name}")
        if answer["state"] != "released":
            raise Rejected(self._device.name, TOO_LATE)

    async def put_back(self) -> bool:
        """Have the snapshot put back, and return whether the device runs exactly that.

        Where the change cut the way to the device, this waits for the device to do it by itself.

        Raises:
            Unreachable: It does not answer even after its timer has run out.
        """
        if not self.armed:
            return True
        last: FleetError = Unreachable(self._device.name, "its state is not known")
        while time.monotonic() < self._ends + GRACE_S:
            try:
                async with asyncio.timeout(self.left_s + GRACE_S):
                    answer = await self._ask(f"restore {self.name}")
                # One that never came to be has let nothing through either.
                return answer["state"] == "absent" or bool(answer.get("equal"))
            except (FleetError, TimeoutError) as error:
                last = error if isinstance(error, FleetError) else last
                await self._forget_session()
                await asyncio.sleep(AGAIN_S)
        raise last

    async def _ask(self, command: str) -> dict[str, Any]:
        session = await self._opened()
        return answered(self._device, command, await session.execute(command))

    async def _opened(self) -> Session:
        if self._session is None:
            self._session = await self._stack.enter_async_context(
                connect(self._device, self._connect_s)
            )
        return self._session

    async def _forget_session(self) -> None:
        self._session, self._connect_s = None, _RECONNECT_S
        await self._stack.aclose()


async def settle_left_over(device: Device) -> list[str]:
    """Put back what the changes of dead runs left unconfirmed, and return their guards.

    Args:
        device: How its agent is reached.

    Raises:
        Rejected: The snapshot could not be put back.
        Unreachable: The device does not answer.
    """
    async with connect(device) as session:
        left = answered(device, "guards", await session.execute("guards"))["held"]
        for name in left:
            answer = answered(device, "restore", await session.execute(f"restore {name}"))
            if not answer.get("equal"):
                raise Rejected(device.name, f"what {name} holds could not be put back; see its log")
    return [str(name) for name in left]


def answered(device: Device, command: str, answer: str) -> dict[str, Any]:
    """Return an agent's answer as data.

    Raises:
        Rejected: It is none.
    """
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        verb = command.split(maxsplit=1)[0]
        raise Rejected(device.name, f"its agent answered {verb!r} with {answer.strip()[:80]!r}")
    return dict(found)
