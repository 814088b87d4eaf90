"""Putting right what reconciling found: a system gets what the ledger has, and is read back.

What is nobody's stays, unless whoever repairs says how much of it is to go; what is in service
anywhere always does. All is claimed in the ledger meanwhile, so that no order comes at it; what an
order is at by now is left to that, and is looked for again before each writing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from forerunner.orders.cards import Cards
from forerunner.orders.claims import Claims
from forerunner.orders.pace import answered, kept, paced
from forerunner.orders.reconciling import NUMBER, Drift, Held, in_flight, nobody
from forerunner.orders.terms import Terms
from forerunner.telco import Change, Subscriber, SubscriberSystem, differences

REPAIRED = "repaired"
STRAY_STAYS = "they stay: nobody said how many strays are to go (-e remove_strays=COUNT)"
_MOVING = "it stays: an order is at it by now"
_ELSEWHERE = "it stays: its SIM is in service, on other systems; a system that was renamed has such"
_EMPTY = (
    "it stays: the ledger has no SIM in service on this system at all, so that everything on it"
    " is nobody's; see whether this is the right ledger, and the system's right name"
)
_UNREAD = "it was written, and not read back"
_SOME = 500
# A placeholder, which is written nowhere: a system looks at what it is given before it removes.
_NO_KEY, _NO_CARD = "f" * 32, "89"


def told(drifts: Sequence[Drift], outcomes: Mapping[str, str]) -> list[Drift]:
    """Return differences with what became of each; empty where nothing was tried."""
    return [replace(each, outcome=outcomes.get(each.identity, "")) for each in drifts]


@dataclass(frozen=True)
class Repair:
    """One repair of one system.

    Attributes:
        claims: What it holds in the ledger.
        system: The system, open.
        terms: On what terms it is written.
        strays_stay: Why strays stay; empty where they are to go.
        profile: Name of any service profile that the system has.
        outcomes: What became of each by now, by identity; what was written before an error, too.
    """

    claims: Claims
    system: SubscriberSystem
    terms: Terms
    strays_stay: str = STRAY_STAYS
    profile: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)

    async def all(self, drifts: Sequence[Drift]) -> None:
        """Put right what may be; `outcomes` has what became of each.

        Raises:
            SystemUnreachable: It does not answer any more; what was put right by then stays so.
            TelcoError: It answers what cannot be understood.
        """
        orders = self.claims.orders
        held = Held(Cards(orders.book, orders.seal), self.system)
        for first in range(0, len(drifts), _SOME):
            await self._some(held, drifts[first : first + _SOME])

    async def _some(self, held: Held, drifts: Sequence[Drift]) -> None:
        before = held.known([each.identity for each in drifts])
        refused = {x.identity: self._refused(held, x, before.get(x.identity)) for x in drifts}
        self.outcomes.update({key: reason for key, reason in refused.items() if reason})
        due = [key for key, reason in refused.items() if not reason]
        async for some in paced(due, self.terms.rate, self._permit):
            await answered(partial(self._write, held, some, before), self.terms.patience_s)

    def _refused(self, held: Held, drift: Drift, sim: Subscriber | None) -> str:
        """Claim what is to be put right, and return why it is not; empty where it is to be."""
        if drift.kind == "stray" and (reason := self._stays(held, sim)):
            return reason
        if sim is not None:
            problem = self.claims.sim(sim)
            return problem and f"it stays: {problem}"
        if drift.kind != "stray" or not NUMBER.fullmatch(drift.identity):
            return "it stays: it is none of a SIM in service, or no number"
        self.claims.stray(drift.identity)
        return ""

    def _stays(self, held: Held, sim: Subscriber | None) -> str:
        """Return why a stray stays; empty where it may go."""
        if self.strays_stay:
            return self.strays_stay
        if sim is not None and held.elsewhere(sim):
            return _ELSEWHERE
        return "" if held.anything else _EMPTY

    def _permit(self) -> None:
        self.terms.permit()
        self.claims.keep()

    async def _write(self, held: Held, some: Sequence[str], before: Mapping[str, object]) -> None:
        """Write some, read them back, and note what became of each."""
        self._permit()
        # Before each writing, a repeated one too: an order may have ended, or begun, meanwhile.
        known, moving = held.known(some), in_flight(self.claims.orders)
        left = {key for key in some if key in moving or (key in known) != (key in before)}
        self.outcomes.update({key: self.outcomes.get(key) or _MOVING for key in left})
        acts = {key: self._change(held, key, known.get(key)) for key in some if key not in left}
        said = await kept(self.system.bring(list(acts.values())), self._permit)
        problems = dict(zip(acts, said, strict=True))
        self.outcomes.update({key: _stays(x) if x else _UNREAD for key, x in problems.items()})
        for key, differs in (await self._read_back(held, acts)).items():
            self.outcomes[key] = _stays(problems[key] or differs) or REPAIRED

    def _change(self, held: Held, key: str, sim: Subscriber | None) -> Change:
        """Return what brings a system to what the ledger has."""
        if sim and held.expected(sim) is not None:
            return Change(sim, sim, claims=True)
        there = sim or replace(nobody(key), iccid=_NO_CARD, k=_NO_KEY, opc=_NO_KEY)
        profile = there.profile or self.profile
        return Change(replace(there, routing_number="", profile=profile), None, claims=True)

    async def _read_back(self, held: Held, acts: Mapping[str, Change]) -> dict[str, str]:
        """Return the names of the fields of each that are not as they were written."""
        asked = [change.after or change.before for change in acts.values()]
        found = await self.system.read([each for each in asked if each])
        wanted = [held.expected(x.after) if x.after else None for x in acts.values()]
        return {
            key: ", ".join(differences(there, meant))
            for key, there, meant in zip(acts, found, wanted, strict=True)
        }


def _stays(problem: str) -> str:
    return problem and f"it stays: {problem}"
