"""SIMs in service that an order changes: found by a number, and each fit for what is meant."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from forerunner.orders.cards import Cards
from forerunner.orders.errors import OrderError
from forerunner.orders.reach import Reach
from forerunner.sims.listed import NONE, Sims
from forerunner.sims.numbers import NumberKind
from forerunner.sims.packed import Packed
from forerunner.sims.rejects import Faults, Reject
from forerunner.telco import Subscriber

_SOME = 500

Turned = Callable[[Subscriber], Subscriber | None]
"""How a SIM is to stand, by how it stands."""


@dataclass(frozen=True)
class Selection:
    """Which SIMs are meant.

    Attributes:
        kind: Of the numbers.
        numbers: One a SIM.
        others: What else is said of each.
        sims: Where they stand one by one; none for a range.
    """

    kind: NumberKind
    numbers: Iterable[str]
    others: Mapping[NumberKind, Packed] = field(default_factory=dict)
    sims: Sims = NONE

    def reject(self, place: int, kind: NumberKind, reason: str) -> Reject:
        """Return what is wrong with the SIM at a place."""
        return self.sims.reject(place, kind, reason) if self.sims else Reject(0, kind, reason)


def _unfit(operation: str, sim: Subscriber) -> str:
    """Return why an operation cannot be meant for a SIM; empty where it can."""
    if operation == "port_in":
        return "" if sim.routing_number else "its number is ours, and was not ported out"
    if sim.routing_number and operation != "terminate":
        return f"its number was ported out to {sim.routing_number}"
    if operation == "suspend" and sim.status == "suspended":
        return "it is suspended already"
    if operation == "resume" and sim.status == "active":
        return "it is not suspended"
    return ""


def turned(operation: str, routing_number: str) -> Turned:
    """Return what an operation that needs no new number makes of a SIM."""
    made: Mapping[str, Turned] = {
        "suspend": lambda sim: replace(sim, status="suspended"),
        "resume": lambda sim: replace(sim, status="active"),
        "port_out": lambda sim: replace(sim, routing_number=routing_number),
        "port_in": lambda sim: replace(sim, routing_number=""),
        "terminate": lambda _sim: None,
    }
    return made[operation]


@dataclass(frozen=True)
class Fit:
    """Tells which SIMs are fit for what is meant.

    Attributes:
        cards: The SIMs in service.
        operation: What is meant.
        reach: The systems that it is meant for; takes each SIM.
    """

    cards: Cards
    operation: str
    reach: Reach

    def found(
        self, kind: NumberKind, numbers: Sequence[str]
    ) -> Iterator[tuple[str, Subscriber | None, str]]:
        """Yield each number, the SIM that has it, and why that is not fit; empty where it is."""
        sims = self.cards.find(kind, numbers)
        on = self.cards.places.of([each.imsi for each in sims.values()])
        for number in numbers:
            if sim := sims.get(number):
                unfit = _unfit(self.operation, sim)
                yield number, sim, unfit or self.reach.problem(on.get(sim.imsi))
            else:
                yield number, None, "no SIM in service has it"


def selected(fit: Fit, selection: Selection, faults: Faults) -> Packed:
    """Return the IMSIs of the SIMs that are meant, in their order.

    Args:
        fit: Tells which are in service and fit.
        selection: Which SIMs are meant.
        faults: Where it is noted which are not.
    """
    imsis, place = Packed("imsi"), 0
    for some in _parts(selection.numbers):
        for number, sim, problem in fit.found(selection.kind, some):
            if problem:
                reason = f"{number}: {problem}"
                faults.add(selection.reject(place, selection.kind, reason))
            if sim:
                imsis.add(sim.imsi)
                faults.add_all(_others(selection, place, sim))
            place += 1
    return imsis


def _others(selection: Selection, place: int, sim: Subscriber) -> Iterator[Reject]:
    for kind, numbers in selection.others.items():
        if numbers[place] != getattr(sim, kind):
            reason = f"is not the one of the SIM with {selection.kind} "
            yield selection.reject(place, kind, reason + str(getattr(sim, selection.kind)))


def standing(cards: Cards, imsis: Sequence[str]) -> Iterator[Subscriber]:
    """Yield SIMs as they stand, which nobody else may change now.

    Raises:
        OrderError: One was changed before that was so.
    """
    for some in _parts(imsis):
        found = cards.find("imsi", some)
        for imsi in some:
            if imsi not in found:
                raise OrderError(f"SIM {imsi} was changed a moment ago; give the request again")
            yield found[imsi]


def _parts(numbers: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(numbers)
    while some := list(islice(rest, _SOME)):
        yield some
