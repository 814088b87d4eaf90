"""Putting right what reconciling found: a system gets what the ledger has, and is read back.

What is nobody's stays, unless whoever repairs says that it is to go; what is in service anywhere
always does. A SIM in service is claimed in the ledger meanwhile, so that no order changes it; what
an order is at by now is left to that, and is looked for again before each writing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from forerunner.database import Execute
from forerunner.orders import allocation
from forerunner.orders.allocation import Interval
from forerunner.orders.cards import Cards
from forerunner.orders.errors import NumbersTaken
from forerunner.orders.pace import answered, paced
from forerunner.orders.reconciling import NUMBER, Drift, Held, in_flight, nobody
from forerunner.orders.record import Orders
from forerunner.orders.terms import Terms
from forerunner.telco import Change, Subscriber, SubscriberSystem, differences

OWNER = "/reconciliation"
"""Who claims SIMs that are repaired; no order has such a name."""
REPAIRED = "repaired"
STRAY_STAYS = "it stays: nobody said that strays are to go"
_MOVING = "it stays: an order is at it by now"
_ELSEWHERE = "it stays: its SIM is in service, on other systems; a system that was renamed has such"
_SOME = 500
# A placeholder, which is written nowhere: a system looks at what it is given before it removes.
_NO_KEY, _NO_CARD = "f" * 32, "89"


@dataclass(frozen=True)
class Repair:
    """One repair of one system.

    Attributes:
        orders: The ledger's orders.
        system: The system, open.
        terms: On what terms it is written.
        strays: Whether strays are removed.
        profile: Name of any service profile that the system has.
        outcomes: What became of each by now, by identity; what was written before an error, too.
    """

    orders: Orders
    system: SubscriberSystem
    terms: Terms
    strays: bool = False
    profile: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)

    async def all(self, drifts: Sequence[Drift]) -> list[Drift]:
        """Put right what may be, and return all with what became of each.

        Raises:
            SystemUnreachable: It does not answer any more; what was put right by then stays so.
            TelcoError: It answers what cannot be understood.
        """
        held = Held(Cards(self.orders.book, self.orders.seal), self.system)
        for first in range(0, len(drifts), _SOME):
            await self._some(held, drifts[first : first + _SOME])
        return self.told(drifts)

    def told(self, drifts: Sequence[Drift]) -> list[Drift]:
        """Return differences with what became of each; empty where nothing was tried yet."""
        return [replace(each, outcome=self.outcomes.get(each.identity, "")) for each in drifts]

    async def _some(self, held: Held, drifts: Sequence[Drift]) -> None:
        before = held.known([each.identity for each in drifts])
        refused = {x.identity: self._refused(held, x, before.get(x.identity)) for x in drifts}
        self.outcomes.update({key: reason for key, reason in refused.items() if reason})
        due = [key for key, reason in refused.items() if not reason]
        async for some in paced(due, self.terms.rate, self.terms.permit):
            # Before each writing: an order may have ended, or have begun, meanwhile.
            known, moving = held.known(some), in_flight(self.orders)
            left = {key for key in some if key in moving or (key in known) != (key in before)}
            acts = {key: self._change(held, key, known.get(key)) for key in some if key not in left}
            self.outcomes.update(dict.fromkeys(left, _MOVING))
            said = await answered(partial(self._brought, held, acts), self.terms.patience_s)
            self.outcomes.update({key: problem or REPAIRED for key, problem in said.items()})

    def _refused(self, held: Held, drift: Drift, sim: Subscriber | None) -> str:
        """Claim a SIM, and return why it is not put right; empty where it is to be."""
        if drift.kind == "stray" and not self.strays:
            return STRAY_STAYS
        if drift.kind == "stray" and sim is not None and held.elsewhere(sim):
            return _ELSEWHERE
        if sim is None:
            plain = drift.kind == "stray" and NUMBER.fullmatch(drift.identity)
            return "" if plain else "it stays: it is none of a SIM in service, or no number"
        claim = [Interval("change", int(sim.imsi), int(sim.imsi))]

        def take(execute: Execute) -> None:
            allocation.take(execute, OWNER, claim, self.orders.book.clock())

        try:
            self.orders.book.transact(take)
        except NumbersTaken as error:
            return f"it stays: {error}"
        return ""

    def _change(self, held: Held, key: str, sim: Subscriber | None) -> Change:
        """Return what brings a system to what the ledger has."""
        if sim and held.expected(sim) is not None:
            return Change(sim, sim, claims=True)
        there = sim or replace(nobody(key), iccid=_NO_CARD, k=_NO_KEY, opc=_NO_KEY)
        profile = there.profile or self.profile
        return Change(replace(there, routing_number="", profile=profile), None, claims=True)

    async def _brought(self, held: Held, acts: Mapping[str, Change]) -> dict[str, str]:
        """Write some, read them back, and return what is wrong with each."""
        self.terms.permit()
        changes = list(acts.values())
        said = await self.system.bring(changes)
        asked = [change.after or change.before for change in changes]
        found = await self.system.read([each for each in asked if each])
        wanted = [held.expected(x.after) if x.after else None for x in changes]
        problems = (
            problem or ", ".join(differences(there, meant))
            for problem, there, meant in zip(said, found, wanted, strict=True)
        )
        return {key: x and f"it stays: {x}" for key, x in zip(acts, problems, strict=True)}


def end(orders: Orders) -> None:
    """Let orders change the SIMs again that were repaired."""
    orders.book.transact(lambda execute: allocation.release(execute, OWNER))
