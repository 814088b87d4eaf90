"""Carrying out a change of many devices: wave by wave, halted by the first that goes wrong."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from analytics.decide import Part, Wave
from forerunner.configure import by_agent, candidate
from forerunner.configure.errors import ConfigureError
from forerunner.configure.guarded import Conditions, Opening
from forerunner.configure.order import Order
from forerunner.configure.survey import GUARDED, Seen, agent_of
from forerunner.configure.terms import Network, Terms
from forerunner.configure.transaction import Done, Member, carry_out
from forerunner.dialects import dialect, frr_health
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult

# Leases outlast a change of one device, not a rollout: they are asked for anew.
_RENEW_S = 5.0


@dataclass
class _State:
    """How far a device has come."""

    last: str
    done: list[Done] = field(default_factory=list)


class Rollout:
    """Carries out waves.

    Args:
        devices: By inventory name.
        seen: What the devices that change ran, and are to run.
        order: Knows what each part brings to a device.
        terms: On what terms.
        network: What the checks depend on.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        seen: Mapping[str, Seen],
        order: Order,
        terms: Terms,
        network: Network,
    ) -> None:
        self._devices, self._order = devices, order
        self._terms, self._network = terms, network
        self._states = {name: _State(each.running) for name, each in seen.items()}
        self._locks = {name: asyncio.Lock() for name in seen}
        self._room = asyncio.Semaphore(terms.concurrency)
        self._todo: dict[str, int] = {}
        self._conditions = self._on(seen)

    async def run(self, waves: Sequence[Wave]) -> dict[str, list[Done]]:
        """Carry out the waves and return what became of each device, part by part."""
        parts = [part for wave in waves for part in wave.parts]
        for name in (name for part in parts for name in part.devices):
            self._todo[name] = self._todo.get(name, 0) + 1
        renewing = asyncio.ensure_future(self._keep_leases())
        try:
            for wave in waves:
                done = await asyncio.gather(*(self._part(part) for part in wave.parts))
                bad = [x for each in done for x in each.values() if not x.result.succeeded]
                if self._halts(bad):
                    self._leave(f"halted, because {bad[0].result.message}")
                    break
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing
        return {name: state.done for name, state in self._states.items()}

    def _halts(self, bad: Sequence[Done]) -> bool:
        """Return whether the rollout ends here: who was silent before may be passed by."""
        silent = [x for x in bad if x.result.status == "unreachable" and not x.touched]
        return len(silent) < len(bad) or bool(bad and not self._terms.allow_unreachable)

    def _leave(self, why: str) -> None:
        """Say of every device with something left to do that it was left."""
        for name, count in self._todo.items():
            if count:
                message = f"{name}: not touched, for the rollout was {why}"
                self._states[name].done.append(Done(DeviceResult("failed", message)))

    async def _part(self, part: Part) -> dict[str, Done]:
        async with contextlib.AsyncExitStack() as stack:
            # In one order: a device may be in several parts of a wave, and none waits in vain.
            for name in sorted(part.devices):
                await stack.enter_async_context(self._locks[name])
            await stack.enter_async_context(self._room)
            done = await carry_out([self._member(x, part) for x in part.devices], self._conditions)
        for name, each in done.items():
            self._todo[name] -= 1
            state = self._states[name]
            state.last = each.now or state.last
            state.done.append(each)
        return done

    def _member(self, name: str, part: Part) -> Member:
        device = self._devices[name]

        def target(running: str) -> str:
            if running != self._states[name].last:
                raise ConfigureError(f"{name}: somebody else changed it meanwhile; run it again")
            return self._order.target(part, name, running)

        return Member(device.name, dialect(device.platform), target, *self._way(device))

    def _way(self, device: Device) -> tuple[Opening, float]:
        """Return how a device is opened, and the seconds that its change may take."""
        if device.platform not in GUARDED:
            limit_s = candidate.limit_s(device.platform, self._conditions)
            return partial(candidate.open_candidate, device), limit_s
        limit_s = by_agent.limit_s(self._conditions)
        return partial(by_agent.open_by_agent, device, agent_of(device, self._terms)), limit_s

    def _on(self, seen: Mapping[str, Seen]) -> Conditions:
        routers = [x for name, x in seen.items() if self._devices[name].platform in GUARDED]
        leaving = [frr_health.prefixes_taken_away(x.running, x.target) for x in routers]
        return Conditions(
            self._terms.permit,
            self._terms.timer_s,
            self._terms.patience,
            self._network.loopbacks,
            frozenset().union(*leaving),
            self._terms.most_errors,
            self._terms.timeout_s,
        )

    async def _keep_leases(self) -> None:
        """Ask again and again for the devices: of most of them the turn is yet to come."""
        while True:
            await asyncio.sleep(_RENEW_S)
            # Those that are done with, too: they are saved at the end.
            for name in self._todo:
                try:
                    await asyncio.to_thread(self._terms.permit, name)
                except ForerunnerError:
                    # The device's own write asks too, and says why not.
                    return


def combined(device: Device, parts: Sequence[Done], seen: Seen) -> DeviceResult:
    """Return what became of a device out of what became of its parts."""
    bad = [each.result for each in parts if not each.result.succeeded]
    stands = next((each.now for each in reversed(parts) if each.now), seen.running)
    diff = hide(dialect(device.platform).differences(seen.running, stands))
    data = {"diff": diff, "drained": list(seen.drained)}
    if not bad:
        message = f"{device.name}: changed, read back and checked{_unread(parts)}{seen.note}"
        return DeviceResult("changed", message, data)
    message = "; ".join(each.message for each in bad)
    message += "; what was confirmed before stands" if diff else ""
    return DeviceResult(bad[0].status, message + seen.note, data)


def _unread(parts: Sequence[Done]) -> str:
    """Return what is to be said of checks that a device could not be asked."""
    unread = {
        x for part in parts for each in part.health.values() for x in each.get("not_read", ())
    }
    return f"; not checked: {', '.join(sorted(unread))}" if unread else ""
