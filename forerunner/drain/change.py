"""One change of a link's costs: armed, applied, verified, and confirmed or taken back."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from forerunner.database import LedgerError
from forerunner.dialects import frr
from forerunner.drain import verify
from forerunner.drain.detour import detour, probe_from
from forerunner.drain.ends import End, open_session
from forerunner.drain.holds import Holds
from forerunner.drain.probing import probe_all, unclean
from forerunner.drain.reading import EndState, direction_metrics, live_links, read_end
from forerunner.drain.report import Report, Stopwatch, cost_diff, snapshot
from forerunner.drain.request import Request
from forerunner.fleet import DeviceResult, FleetError, Rejected, Session, failure
from forerunner.gate import GateError
from forerunner.model import OutcomeState
from forerunner.topology import Direction

_POLL_S = 0.08


class Change:
    """Brings both ends to the costs that are asked for, or back.

    Args:
        stack: Closes the sessions.
        request: What is asked for.
        ends: Both ends.
        before: What they were when they were read.
        holds: The link's restore timers.
        watch: Measures the phases.
    """

    def __init__(
        self,
        stack: AsyncExitStack,
        request: Request,
        ends: Sequence[End],
        before: Mapping[str, EndState],
        holds: Holds,
        watch: Stopwatch,
    ) -> None:
        self.expected: Mapping[str, float] = {}
        self._stack, self._request, self._holds, self._watch = stack, request, holds, watch
        self._ends = {end.host: end for end in ends}
        self._before = before
        self._target = {name: request.target_cost(end.cost) for name, end in before.items()}
        self._rollback = {name: request.rollback_cost(end.cost) for name, end in before.items()}
        self._unfinished = holds.left_over

    @property
    def costs(self) -> dict[str, int]:
        """Return the cost that each end is to be given, where it is not what it has."""
        return {name: x for name, x in self._target.items() if x != self._before[name].cost}

    def foretell(self) -> Report:
        """Return the report of what would be done."""
        todo = ", ".join(f"{self._ends[name].way.name} cost {x}" for name, x in self.costs.items())
        message = f"would set {todo}" if todo else f"{self._name} is {self._goal} already"
        return self._report("check", message, self._before)

    async def carry_out(self) -> Report:
        """Do it, and return the report of what became of it."""
        guarded = bool(self.costs) or self._unfinished
        try:
            if guarded:
                await self._arm()
            probers = self._open_probers()
            self._request.ask_gate(self.costs)
            await self._apply(self.costs)
            self._watch.lap("apply")
            problems, after = await self._verify(await probers)
            self._watch.lap("verify")
            if not problems:
                return await self._confirm(after, guarded)
        except FleetError as error:
            return await self._take_back([str(error)], {error.host: failure(error)}, guarded)
        except (GateError, LedgerError) as error:
            await self._holds.release()
            return self._report("refused", f"nothing was written: {error}", self._before)
        return await self._take_back(problems, {}, guarded)

    @property
    def _name(self) -> str:
        return self._request.link.name

    @property
    def _goal(self) -> str:
        return "drained" if self._request.goal == "drained" else "in service"

    async def _arm(self) -> None:
        """Arm this run's timers before those of a dead run stop: never a moment without."""
        interfaces = {name: end.way.interface for name, end in self._ends.items()}
        restore = {name: (interfaces[name], cost) for name, cost in self._rollback.items()}
        await self._holds.arm(restore, self._request.restore_after_s)
        if self._unfinished:
            await self._holds.release_left_over()
            # One of them may have acted since the ends were read.
            self._before = await self._read()
        self._watch.lap("hold")

    async def _apply(self, costs: Mapping[str, int]) -> None:
        async def one(end: End, cost: int) -> None:
            commands = frr.cost_commands(end.way.interface, cost)
            await end.cli.execute(frr.configure(commands))

        await asyncio.gather(*(one(self._ends[name], cost) for name, cost in costs.items()))

    async def _read(self) -> dict[str, EndState]:
        ends = self._ends.values()
        states = await asyncio.gather(*(read_end(end.cli, end.way) for end in ends))
        return dict(zip(self._ends, states, strict=True))

    def _open_probers(self) -> "asyncio.Future[dict[str, Session | FleetError]]":
        """Begin to connect to the routers that probe, while the change is applied."""

        async def connected(name: str) -> Session | FleetError:
            if name in self._ends:
                return self._ends[name].agent
            return await open_session(self._stack, self._request.agents[name])

        async def everywhere() -> dict[str, Session | FleetError]:
            sessions = await asyncio.gather(*(connected(name) for name in self._probes()))
            return dict(zip(self._probes(), sessions, strict=True))

        future = asyncio.ensure_future(everywhere())
        self._stack.callback(future.cancel)
        return future

    def _probes(self) -> dict[str, list[Direction]]:
        """Return which router probes which links: those that carry the traffic afterwards."""
        link = self._request.link
        if self._request.goal == "in_service":
            return {link.ends[0]: [link.directions[0]]}
        metrics = {k: v for end in self._before.values() for k, v in end.metrics.items()}
        costs = direction_metrics(self._request.topology, metrics)
        alive = live_links(self._request.topology, costs)
        in_service = {way.name: link.cost for way in link.directions}
        ways = detour(alive, link, {**costs, **in_service})
        return probe_from(ways, link.ends)

    async def _verify(
        self, probers: Mapping[str, Session | FleetError]
    ) -> tuple[list[str], dict[str, EndState]]:
        request = self._request
        settled, probed = await asyncio.gather(
            self._settle(self._target, request.settle_timeout_s),
            probe_all(probers, self._probes(), request.probe_duration_s),
        )
        found, after = settled
        losses, unmeasured = probed
        return found + unclean(losses, request.probe_loss_maximum) + unmeasured, after

    async def _settle(
        self, costs: Mapping[str, int], timeout_s: float
    ) -> tuple[list[str], dict[str, EndState]]:
        """Read both ends until nothing is wrong; return what is wrong still, and the ends."""
        deadline = time.monotonic() + timeout_s
        while True:
            now = await self._read()
            found = [
                problem
                for name, end in self._ends.items()
                for problem in verify.problems(
                    self._request.goal, end.way, self._before[name], now[name], costs[name]
                )
            ]
            if not found or time.monotonic() > deadline:
                return found, now
            await asyncio.sleep(_POLL_S)

    async def _confirm(self, after: Mapping[str, EndState], guarded: bool) -> Report:
        if guarded:
            await self._holds.release()
        self._watch.lap("release")
        changed = ", ".join(self._costs_between(after))
        message = f"{self._name} is {self._goal} and verified"
        message += f" ({changed})" if changed else "; nothing had to change"
        return self._report("verified", message, after)

    async def _take_back(
        self, problems: list[str], failures: dict[str, DeviceResult], guarded: bool
    ) -> Report:
        """Restore both ends; what cannot be reached is restored by its own timer."""
        reason = "; ".join(problems)
        if not guarded:
            return self._failed(f"{self._name} is {self._goal}, but {reason}", failures)
        broken, after = await self._restore()
        self._watch.lap("undo")
        failures = {**failures, **{error.host: failure(error) for error in broken}}
        if broken:
            rest = "; ".join(str(error) for error in broken)
            message = (
                f"not verified: {reason}; and it could not be taken back ({rest}): the routers' "
                f"timers do so within {self._request.restore_after_s:g} s; then run it again"
            )
            return self._failed(message, failures)
        message = f"taken back, because {reason}"
        return self._report("undone", message, after, failures)

    async def _restore(self) -> tuple[list[FleetError], dict[str, EndState]]:
        """Set the costs that were, and read back; the timers stop only if nothing went wrong."""
        steps = [self._apply({name: cost}) for name, cost in self._rollback.items()]
        done = await asyncio.gather(*steps, return_exceptions=True)
        errors = [each for each in done if isinstance(each, FleetError)]
        for each in done:
            if isinstance(each, BaseException) and each not in errors:
                raise each
        if errors:
            return errors, {}
        try:
            return await self._read_back()
        except FleetError as error:
            return [error], {}

    async def _read_back(self) -> tuple[list[FleetError], dict[str, EndState]]:
        after = await self._read()
        wrong = [self._unlike(x, end.cost) for x, end in after.items() if self._off(x, end)]
        if not wrong:
            await self._holds.release()
        return wrong, after

    def _off(self, name: str, end: EndState) -> bool:
        return end.cost != self._rollback[name]

    def _unlike(self, name: str, cost: int) -> FleetError:
        return Rejected(name, f"its cost reads back as {cost}, not {self._rollback[name]}")

    def _failed(self, message: str, failures: Mapping[str, DeviceResult]) -> Report:
        lost = any(result.status == "unreachable" for result in failures.values())
        return self._report("unreachable" if lost else "failed", message, {}, failures)

    def _costs_between(self, after: Mapping[str, EndState]) -> list[str]:
        return [
            f"{self._ends[name].way.name} {self._before[name].cost} -> {end.cost}"
            for name, end in after.items()
            if end.cost != self._before[name].cost
        ]

    def _report(
        self,
        state: OutcomeState,
        message: str,
        after: Mapping[str, EndState],
        failures: Mapping[str, DeviceResult] | None = None,
    ) -> Report:
        final = {name: end.cost for name, end in after.items()}
        final |= self.costs if state == "check" else {}
        differs = {name for name in final if final[name] != self._before[name].cost}
        ways = {name: end.way for name, end in self._ends.items()}
        return Report(
            state,
            message,
            {**self._hosts(state, message, differs), **(failures or {})},
            bool(differs),
            snapshot(ways, self._before),
            snapshot(ways, after),
            self.expected,
            [cost_diff(ways[n], self._before[n].cost, final[n]) for n in ways if n in differs],
            self._watch.phases_s,
            self._request.plan.id if self._request.plan else None,
        )

    def _hosts(
        self, state: OutcomeState, message: str, differs: set[str]
    ) -> dict[str, DeviceResult]:
        if state not in ("verified", "check"):
            return dict.fromkeys(self._ends, DeviceResult("failed", message))
        return {
            name: DeviceResult("changed" if name in differs else "ok", message)
            for name in self._ends
        }
