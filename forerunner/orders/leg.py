"""An order on one system: looking, applying, taking back. Chunk by chunk, and again after a death.

Before a chunk is written, the ledger says `begun`; once it was read back, `applied`. What died in
between is done again: a system brings each SIM from wherever it stands to where it is to stand.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from forerunner.orders.pace import answered, kept, paced
from forerunner.orders.pulse import Pulse
from forerunner.orders.readback import foreign, occupied, unlike
from forerunner.orders.record import Chunk, Order, Orders
from forerunner.orders.states import Only, WorkState
from forerunner.orders.terms import Terms
from forerunner.orders.troubles import NOT_TAKEN_BACK
from forerunner.orders.turn import Turn
from forerunner.telco import Change, SubscriberSystem, SystemUnreachable, TelcoError

_Answer = TypeVar("_Answer")

_TO_APPLY: frozenset[WorkState] = frozenset({"planned", "checked", "begun"})
_TO_UNDO: frozenset[WorkState] = frozenset({"begun", "applied", "proven", "stuck"})
_CHECKED = Only(frozenset({"planned"}))
_APPLYING = Only(frozenset({"checked", "begun"}), failing=False)
# What was written is noted, also where another system has made the order turn meanwhile.
_APPLIED = Only(frozenset({"begun"}))
_UNDOING = Only(_TO_UNDO, failing=True)


class Leg:
    """An order on one system.

    Args:
        orders: The ledger's orders.
        order: The order.
        system: The system, open.
        terms: On what terms.
    """

    def __init__(
        self, orders: Orders, order: Order, system: SubscriberSystem, terms: Terms
    ) -> None:
        self._orders, self._order, self._system, self._terms = orders, order, system, terms
        self._troubles = orders.troubles(order.id)
        self._pulse = Pulse(orders, order, system.name, terms)
        self._patience_s = terms.patience_s

    async def check(self) -> None:
        """See on the system that every SIM stands as the ledger thinks, and that new ones are free.

        Raises:
            TelcoError: The system does not answer.
        """
        for chunk in self._open(frozenset({"planned"})):
            problems = await self._patiently(partial(occupied, self._system, chunk.changes))
            self._note(chunk, problems)
            if not any(problems):
                self._set(chunk, "checked", _CHECKED)

    async def apply(self) -> None:
        """Bring every chunk to the system, each one once the system before has it.

        Raises:
            SystemUnreachable: The system does not answer; the order waits for it as it stands.
        """
        turn = Turn(self._orders, self._order, self._system.name, self._terms, self._pulse)
        for chunk in self._open(_TO_APPLY):
            if not await turn.come(chunk.number):
                return
            problems = await self._bring(chunk, _APPLYING)
            self._note(chunk, problems)
            if any(problems):
                return
            self._set(chunk, "applied", _APPLIED)

    async def undo(self) -> None:
        """Take back what this order brought here, the last chunk first."""
        for number in reversed(self._numbers(_TO_UNDO)):
            chunk = self._orders.chunk(self._order.id, number)
            try:
                chunk = await self._ours(chunk)
                problems = await self._bring(chunk, _UNDOING)
                self._patience_s = self._terms.patience_s
            except TelcoError as error:
                problems = _of_all(chunk, error)
                if isinstance(error, SystemUnreachable):
                    # The whole patience once: a dead system must not cost it with every chunk.
                    self._patience_s = 0.0
            self._note(chunk, [each and f"{NOT_TAKEN_BACK}{each}" for each in problems], False)
            self._set(chunk, "stuck" if any(problems) else "undone", _UNDOING)

    async def _bring(self, chunk: Chunk, only: Only) -> list[str]:
        """Write a chunk and read it back; return what is wrong with each SIM.

        Raises:
            SystemUnreachable: The system does not answer, and some of it may be written.
        """
        problems: list[str] = []
        self._pulse.permit()
        self._set(chunk, "begun", only)
        try:
            async for some in paced(chunk.changes, self._terms.rate, self._pulse.permit):
                problems += await self._patiently(partial(self._written, some))
        except SystemUnreachable:
            raise
        except TelcoError as error:
            return _of_all(chunk, error)
        return problems

    async def _written(self, changes: Sequence[Change]) -> list[str]:
        # Each time anew: while a system did not answer, somebody else may have gone on.
        self._pulse.permit()
        said = await kept(self._system.bring(changes), self._pulse.permit)
        found = await unlike(self._system, changes)
        # What it said tells more than how it differs.
        return [a or b for a, b in zip(said, found, strict=True)]

    async def _ours(self, chunk: Chunk) -> Chunk:
        """Return a chunk turned round, without the SIMs that somebody else's record is of.

        Such a record was left as it is when the chunk was applied, and is so now. One that this
        order made and somebody changed since is not: it is there, and cannot be taken back.
        """
        noted = self._troubles.noted(self._system.name, chunk.number)
        if noted:
            others = await self._patiently(partial(foreign, self._system, chunk.changes))
            noted &= {at for at, other in zip(chunk.positions, others, strict=True) if other}
        return chunk.undone(noted)

    async def _patiently(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        return await answered(ask, self._patience_s)

    def _open(self, states: frozenset[WorkState]) -> Iterator[Chunk]:
        for number in self._numbers(states):
            yield self._orders.chunk(self._order.id, number)

    def _numbers(self, states: frozenset[WorkState]) -> list[int]:
        work = self._orders.work(self._order.id, self._system.name)
        meant = range(len(work)) if self._terms.chunks is None else self._terms.chunks
        return [number for number in meant if work[number] in states]

    def _set(self, chunk: Chunk, state: WorkState, only: Only) -> None:
        self._orders.set_work(self._order.id, self._system.name, chunk.number, state, only)
        self._terms.report(f"{self._system.name}: chunk {chunk.number} {state}")

    def _note(self, chunk: Chunk, problems: Sequence[str], fail: bool = True) -> None:
        """Note what is wrong with SIMs of a chunk, and that the order is to be taken back."""
        subscribers = [change.after or change.before for change in chunk.changes]
        found = [
            (at, each.imsi if each else "", problem)
            for at, each, problem in zip(chunk.positions, subscribers, problems, strict=True)
            if problem
        ]
        if not found:
            return
        self._troubles.note(self._system.name, chunk.number, found)
        if fail:
            _, imsi, problem = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            self._orders.fail(self._order.id, f"{self._system.name}: {imsi}: {problem}{more}")


def _of_all(chunk: Chunk, error: TelcoError) -> list[str]:
    return [error.problem] * len(chunk.changes)
