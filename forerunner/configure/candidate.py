"""Changing a device through its NAPALM driver: a candidate, committed for a while, then confirmed.

Where the driver can commit for a while (`revert_in`), the timer is the device's own: it takes the
change back whatever becomes of the controller. Where it cannot, `rollback()` takes it back as long
as the controller lives; such a device is only changed with consent (`allow_unguarded`).
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from forerunner.configure import vendor
from forerunner.configure.guard import AGAIN_S, GRACE_S, TOO_LATE
from forerunner.configure.guarded import Conditions
from forerunner.configure.health import patiently
from forerunner.configure.passes import Brought
from forerunner.configure.vitals import Expected, Vitals, read_vitals
from forerunner.dialects import dialect
from forerunner.dialects.redaction import hide
from forerunner.fleet import Device, FleetError, Rejected, Unreachable
from forerunner.fleet.door import Driver, open_napalm, with_napalm

# So close to its end, the timer does it: asking too late would roll back one change too many.
_TOO_CLOSE_S = 3.0
_PENDING = (
    "a commit waits there to be confirmed, somebody else's or a dead run's; a dead run's goes back "
    "by itself when its timer ends"
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What a device runs, and whether a commit waits there to be confirmed."""

    running: str
    pending: bool


class Candidate:
    """A device under its vendor's commit timer; see `forerunner.configure.guarded.Guarded`.

    Args:
        driver: Open, and kept open: some devices let go of a commit with its session.
        conditions: On what conditions it is changed.
    """

    def __init__(self, driver: Driver, conditions: Conditions) -> None:
        self._driver, self._conditions = driver, conditions
        self._device = driver.device
        self._speech = dialect(self._device.platform)
        self._timer_s = vendor.revert_in(self._device.platform, conditions.timer_s)
        self._states: dict[str, Vitals] = {}
        self._snapshot, self._target, self._ends = "", "", 0.0
        self.touched = self._loaded = False

    @property
    def health(self) -> Mapping[str, Mapping[str, Any]]:
        """Return its health before and after, as plain data."""
        return {name: state.to_dict() for name, state in self._states.items()}

    @property
    def promise(self) -> str:
        """Return what becomes of the device when it does not answer."""
        return "its own timer puts the snapshot back" if self._timer_s else "it has no timer"

    async def arm(self) -> str:
        """Read the snapshot and the device's health; a commit that waits there is refused."""
        reading = await self._driver.do(partial(look, self._device, True))
        self._states["before"] = await self._driver.do(read_vitals)
        self._snapshot = reading.running
        return reading.running

    async def apply(self, target: str) -> Brought:
        """Load the candidate, compare it, commit it for a while, and read back another way.

        Raises:
            Rejected: The candidate is not what was meant, or its commit has no timer.
        """
        self._target = target
        self._permit()
        await self._driver.do(self._load)
        # Only now: to discard what was not loaded could discard what somebody else has loaded.
        self._loaded = True
        self._permit()
        # It may be committed even if its answer is lost: from here on the device may act.
        self.touched, self._ends = True, time.monotonic() + (self._timer_s or 0)
        await self._driver.do(self._commit)
        # A new session: that the old one lives says nothing of the way to the device.
        now = (await with_napalm(self._device, self._reading, self._conditions.read_s)).running
        return Brought(now, "", self._speech.differences(now, target))

    async def watch(self, target: str) -> str:
        """Watch sessions, interfaces and errors over a new session."""
        most = self._conditions.most_errors
        expected = Expected(self._states["before"], self._snapshot, target, most)
        async with open_napalm(self._device, self._conditions.read_s) as driver:

            async def ask() -> Vitals:
                return await driver.do(read_vitals)

            found, now = await patiently(ask, expected.problems, self._conditions.patience)
        self._states["after"] = now
        return "; ".join(found)

    async def confirm(self) -> None:
        """Let the change stand, and see that it does.

        Raises:
            Rejected: The time was up first, and the device has taken it back.
            Unreachable: Nobody knows; the device takes it back unless it heard.
        """
        if not self._timer_s:
            return
        self._permit()
        if self._ends - time.monotonic() < 0:
            raise Rejected(self._device.name, TOO_LATE)
        await self._driver.do(lambda driver: driver.confirm_commit())
        reading = await self._driver.do(self._reading)
        if reading.pending:
            raise Rejected(self._device.name, "it was told to confirm its commit, and did not")
        if self._speech.differences(reading.running, self._target):
            raise Rejected(self._device.name, TOO_LATE)

    async def put_back(self) -> bool:
        """Have the change taken back, and return whether the device runs exactly the snapshot.

        Where the change cut the way to the device, this waits for the device to do it by itself.

        Raises:
            Unreachable: It does not answer even after its timer has run out.
        """
        if not self.touched:
            if self._loaded:
                await self._discard()
            return True
        await self._ask_back()
        return await self._is_back()

    async def _is_back(self) -> bool:
        """Return whether the device runs exactly the snapshot, once no commit waits there."""
        last: FleetError = Unreachable(self._device.name, "its state is not known")
        end = time.monotonic() + self._left_s + GRACE_S
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(GRACE_S):
                    reading = await with_napalm(self._device, self._reading, GRACE_S)
                if not reading.pending:
                    return reading.running == self._snapshot
                last = Rejected(self._device.name, "its commit waits for its timer still")
            except (FleetError, TimeoutError) as error:
                last = error if isinstance(error, FleetError) else last
            await asyncio.sleep(AGAIN_S)
        raise last

    async def _discard(self) -> None:
        """Forget the candidate, as far as the session lives; without it, it goes by itself."""
        with suppress(FleetError, TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._driver.do(lambda driver: driver.discard_config())

    async def _ask_back(self) -> None:
        """Ask for the roll-back over the old session, as far as that lives."""
        try:
            async with asyncio.timeout(GRACE_S):
                await self._driver.do(self._roll_back)
        except FleetError as error:
            _log.warning("%s", hide(str(error)))
        except TimeoutError:
            if not self._timer_s:
                problem = "its driver hangs: its commit may come yet, and nothing takes it back"
                raise Unreachable(self._device.name, problem) from None
            # Whatever was said last may still be on its way: what is read before the timer ends
            # would prove nothing.
            await asyncio.sleep(self._left_s)

    @property
    def _left_s(self) -> float:
        return max(0.0, self._ends - time.monotonic())

    def _permit(self) -> None:
        self._conditions.permit(self._device.name)

    def _reading(self, driver: Any) -> Reading:
        return read(self._device, driver)

    def _load(self, driver: Any) -> None:
        name = uuid.uuid4().hex[:12]
        if not vendor.load(self._device, driver, self._target, name).strip():
            raise Rejected(self._device.name, "it sees no difference where there is one")
        # The whole of what runs is replaced: what came meanwhile would be lost.
        if vendor.read_running(self._device, driver) != self._snapshot:
            driver.discard_config()
            raise Rejected(self._device.name, "somebody else changed it meanwhile; run it again")

    def _commit(self, driver: Any) -> None:
        if not self._timer_s:
            driver.commit_config()
            return
        driver.commit_config(revert_in=self._timer_s)
        if not driver.has_pending_commit():
            raise Rejected(self._device.name, "it did not commit, or committed without its timer")

    def _roll_back(self, driver: Any) -> None:
        """Take back what waits; without a timer, what was committed and differs."""
        reading = self._reading(driver)
        if self._timer_s:
            # Without a commit that waits, a driver's rollback would take back one too many.
            if reading.pending and self._left_s > _TOO_CLOSE_S:
                driver.rollback()
        elif reading.running != self._snapshot:
            driver.rollback()


@asynccontextmanager
async def open_candidate(device: Device, conditions: Conditions) -> AsyncIterator[Candidate]:
    """Open the way to a device through its NAPALM driver.

    Args:
        device: How it is reached.
        conditions: On what conditions it is changed.
    """
    async with open_napalm(device, conditions.read_s) as driver:
        yield Candidate(driver, conditions)


def read(device: Device, driver: Any) -> Reading:
    """Return what a device runs, and whether a commit waits there, as its driver tells.

    Raises:
        Rejected: What the device answers is no whole configuration.
    """
    timed = device.platform in vendor.TIMER_STEPS_S
    return Reading(vendor.read_running(device, driver), timed and driver.has_pending_commit())


def look(device: Device, settle: bool, driver: Any) -> Reading:
    """Return what a device runs before it is changed.

    Args:
        device: The device.
        settle: Put away what a dead run of ours left first, and refuse what waits still.
        driver: Its open driver.

    Raises:
        Rejected: A commit waits there to be confirmed.
    """
    if not settle:
        return Reading(vendor.read_running(device, driver), False)
    vendor.put_away(device, driver)
    reading = read(device, driver)
    if reading.pending:
        raise Rejected(device.name, f"nothing was touched: {_PENDING}; run it again then")
    return reading


def limit_s(platform: str, conditions: Conditions) -> float:
    """Return the seconds that a change may take: to load it, its timer, and to read it back."""
    timer_s = vendor.revert_in(platform, conditions.timer_s) or conditions.timer_s
    return timer_s + 2 * conditions.read_s + conditions.patience.settle_s
