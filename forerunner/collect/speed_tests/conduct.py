"""Conducting a schedule: each test in its turn, on links that nobody else tests on.

The times of a schedule are what is meant; what holds is the order. A test begins once those
before it that share a link with it have ended and its links are claimed in the ledger, whoever
else runs tests meanwhile.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from forerunner.collect.speed_tests.claims import Claim, Claimed, Claims
from forerunner.collect.speed_tests.schedule import Slot
from forerunner.errors import ForerunnerError
from forerunner.fleet.errors import Unreachable

_log = logging.getLogger(__name__)
State = Literal["measured", "failed", "unreachable", "skipped"]


class Skipped(ForerunnerError):
    """A test was not begun, for a reason that is no fault of its hosts."""


class Unsettled(ForerunnerError):
    """It is not known whether a test has ended; its programs end by themselves."""


@dataclass(frozen=True)
class Ended:
    """What became of a test.

    Attributes:
        slot: The test and when it was meant to begin.
        state: `measured`; else nothing that it measured counts.
        reason: Why it was not measured.
        figures: Value by metric; of a test that was measured.
        began: Seconds since the epoch; 0 where it did not.
        ended: The same.
    """

    slot: Slot
    state: State
    reason: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class Turn:
    """A test's turn: its links are claimed.

    Attributes:
        slot: The test.
        life_s: Seconds after which whatever the test started must be gone, from its start on.
        lasting_s: Seconds that the claim lasts once it is confirmed; more than that.
        claims: Where they are claimed.
        claim: By which claim.
    """

    slot: Slot
    life_s: float
    lasting_s: float
    claims: Claims
    claim: Claim

    async def confirm(self) -> None:
        """Make sure, when all that sends stands ready and before it may, that the links are ours.

        Raises:
            ClaimLost: They are not any more; nothing may be sent.
        """
        await asyncio.to_thread(self.claims.confirm, self.claim, self.lasting_s)


Act = Callable[[Turn], Awaitable[Mapping[str, float]]]
"""Runs a test and returns its figures; `Turn.confirm` is called before anything is sent."""


@dataclass(frozen=True)
class Limits:
    """How tests are conducted.

    Attributes:
        at_once: Tests at a time.
        wait_s: Seconds that a test waits for links that another run holds.
        setting_up_s: Seconds from the claim until both ends must stand ready.
        late_s: Seconds that what a test starts may live beyond its duration.
        slack_s: Seconds that its links stay claimed beyond that.
        poll_s: Seconds until links that were taken are asked for again.
    """

    at_once: int = 20
    wait_s: float = 300.0
    setting_up_s: float = 15.0
    late_s: float = 8.0
    slack_s: float = 5.0
    poll_s: float = 0.25

    def turn(self, slot: Slot, claims: Claims, claim: Claim) -> Turn:
        """Return the turn of a test that has its claim."""
        life_s = slot.test.duration_s + self.late_s
        return Turn(slot, life_s, life_s + self.slack_s, claims, claim)


async def conduct(
    slots: Sequence[Slot], claims: Claims, act: Act, limits: Limits | None = None
) -> list[Ended]:
    """Run the tests of a schedule, and return what became of each, in its order."""
    limits = limits or Limits()
    places, over = asyncio.Semaphore(limits.at_once), [asyncio.Event() for _ in slots]

    async def one(number: int) -> Ended:
        slot = slots[number]
        before = [over[x] for x in range(number) if slots[x].way.shares(slot.way)]
        try:
            for event in before:
                await event.wait()
            async with places:
                return await _in_turn(slot, claims, act, limits)
        finally:
            over[number].set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(len(slots))]
    return [task.result() for task in tasks]


async def _in_turn(slot: Slot, claims: Claims, act: Act, limits: Limits) -> Ended:
    began = 0.0
    try:
        turn = limits.turn(slot, claims, await _claim(slot, claims, limits))
        began = time.time()
        figures = await _act(turn, act, limits.setting_up_s)
    except Exception as error:  # noqa: BLE001
        # A fault of ours in one test must not cost the others their results.
        if not isinstance(error, ForerunnerError):
            _log.exception("%s: unexpected", slot.test.name)
        reason = str(error) or type(error).__name__
        return Ended(slot, _state(error), reason, began=began, ended=time.time())
    return Ended(slot, "measured", "", figures, began, time.time())


def _state(error: Exception) -> State:
    if isinstance(error, Skipped):
        return "skipped"
    return "unreachable" if isinstance(error, Unsettled | Unreachable) else "failed"


async def _claim(slot: Slot, claims: Claims, limits: Limits) -> Claim:
    wait_s, beyond_s = limits.wait_s, limits.setting_up_s + limits.late_s + limits.slack_s
    lasting_s, end = slot.test.duration_s + beyond_s, time.monotonic() + wait_s
    while True:
        try:
            return await asyncio.to_thread(claims.take, slot.way.links, slot.test.name, lasting_s)
        except Claimed as error:
            if time.monotonic() >= end:
                raise Skipped(f"{slot.test.name}: no turn within {wait_s:g} s: {error}") from None
        await asyncio.sleep(limits.poll_s)


async def _act(turn: Turn, act: Act, setting_up_s: float) -> Mapping[str, float]:
    """Run a test; what may still send keeps its links until its programs end by themselves."""
    try:
        async with asyncio.timeout(setting_up_s + turn.life_s):
            figures = await act(turn)
    except TimeoutError:
        raise Unsettled(f"{turn.slot.test.name}: not done in time; run it again") from None
    except Unsettled:
        raise
    except ForerunnerError:
        await asyncio.to_thread(turn.claims.give_back, turn.claim)
        raise
    await asyncio.to_thread(turn.claims.give_back, turn.claim)
    return figures
