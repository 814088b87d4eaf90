"""Reconciling: where a system and the ledger disagree about the SIMs in service.

One pass over all that a system holds, against a fingerprint a SIM of what it is to hold, so that a
million SIMs fit; only where they differ is anything looked at closely, and looked at twice: an
order that is carried out meanwhile makes no drift.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from typing import Any, Self

from forerunner.orders.cards import Cards
from forerunner.orders.record import Orders
from forerunner.telco import (
    Record,
    Subscriber,
    SubscriberSystem,
    SystemUnreachable,
    TelcoError,
    differences,
)

_SOME = 500
_AGAIN = "`reconcile_sims.yml -e repair=true` brings it there as the ledger has it"
_REPAIRS = {
    "missing": f"{_AGAIN}; `terminate` takes it out of service",
    "stray": "nobody has ordered it: find out who put it there, then order it, or have it removed"
    " by `reconcile_sims.yml -e repair=true -e remove_strays=COUNT`",
}
# What a field of a system's record is about.
_KINDS: Mapping[str, str] = {
    "k": "key", "opc": "key", "op": "key", "algorithm": "key", "algorithm_2g": "key",
    "msisdn": "number", "iccid": "card", "imsi": "card", "sp": "routing", "rn": "routing",
    "status": "status", "cs_barred": "status", "ps_barred": "status",
}  # fmt: skip
_PROFILE = "profile"
# What a system lists is somebody else's text, and not all of it may be asked for.
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True)
class Drift:
    """One disagreement.

    Attributes:
        system: Inventory name of the system.
        kind: `missing`, `stray`, or what differs: key, number, card, routing, status, profile.
        identity: The IMSI, or where the system knows none the MSISDN.
        fields: All fields that differ; never their values, of which some are keys.
        repair: What brings both together again.
        outcome: What a repair made of it; empty where none was tried.
    """

    system: str
    kind: str
    identity: str
    fields: tuple[str, ...]
    repair: str
    outcome: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build it from what `to_dict` returns."""
        return cls(**{**data, "fields": tuple(data["fields"])})

    def to_dict(self) -> dict[str, object]:
        """Return it as plain JSON data."""
        return asdict(self)


async def drifts(orders: Orders, system: SubscriberSystem) -> list[Drift]:
    """Return where a system differs from the SIMs in service, by identity.

    Raises:
        TelcoError: The system does not answer, or not all of it.
    """
    cards = Cards(orders.book, orders.seal)
    moving = in_flight(orders)
    held = Held(cards, system)
    wanted = {key: mark for some in cards.everything() for key, mark in held.marks(some)}
    suspects: set[str] = set()
    async for records in system.everything():
        for record in records:
            key = identity(record)
            if wanted.pop(key, b"") != _mark(record):
                suspects.add(key)
    moving |= in_flight(orders)
    looked_at = [key for key in (*suspects, *wanted) if key not in moving]
    found: list[Drift] = []
    for first in range(0, len(looked_at), _SOME):
        found += await held.confirmed(looked_at[first : first + _SOME])
    # An order may have begun since; what it is at is looked at the next time.
    moving = in_flight(orders) if found else set()
    return sorted((x for x in found if x.identity not in moving), key=lambda x: x.identity)


def identity(record: Record) -> str:
    """Return what a system knows a SIM by."""
    return record.get("imsi") or record["msisdn"]


def in_flight(orders: Orders) -> set[str]:
    """Return the numbers of all SIMs that an order is not at its end with."""
    found: set[str] = set()
    for order in orders.unfinished():
        for number in range(order.chunks):
            changes = orders.chunk(order.id, number).changes
            sims = [x for change in changes for x in (change.before, change.after) if x]
            found |= {text for sim in sims for text in (sim.imsi, sim.msisdn)}
    return found


def _mark(record: Record) -> bytes:
    text = "\0".join(f"{name}={record[name]}" for name in sorted(record) if record[name])
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


class Held:
    """What a system is to hold, by the ledger.

    Args:
        cards: The SIMs in service.
        system: The system.
    """

    def __init__(self, cards: Cards, system: SubscriberSystem) -> None:
        self._cards, self._system = cards, system
        self._without = cards.places.without(system.name)

    def known(self, keys: Sequence[str]) -> dict[str, Subscriber]:
        """Return the SIMs in service by what the system knows them by."""
        return {**self._cards.find("msisdn", keys), **self._cards.find("imsi", keys)}

    def elsewhere(self, sim: Subscriber) -> bool:
        """Return whether a SIM in service is on other systems alone."""
        return sim.imsi in self._without

    def expected(self, sim: Subscriber) -> Record | None:
        """Return what it is to hold of a SIM; None where that is on other systems alone."""
        return None if self.elsewhere(sim) else self._system.expected(sim)

    @cached_property
    def anything(self) -> bool:
        """Return whether it is to hold anything at all."""
        return any(True for some in self._cards.everything() for _ in self.marks(some))

    def marks(self, some: Sequence[Subscriber]) -> Iterator[tuple[str, bytes]]:
        """Yield identity and fingerprint of what it is to hold."""
        for each in some:
            record = self.expected(each)
            if record is not None:
                yield identity(record), _mark(record)

    async def confirmed(self, keys: Sequence[str]) -> list[Drift]:
        """Look again at what seemed to differ: at what is nobody's, too."""
        known = self.known(keys)
        ours = [key for key in keys if key in known]
        held = await self._system.read([known[key] for key in ours])
        wanted = [self.expected(known[key]) for key in ours]
        found = list(map(partial(_drift, self._system), ours, held, wanted))
        strays = await self._held_of_nobodys([key for key in keys if key not in known])
        return [each for each in (*found, *(_stray(self._system, x) for x in strays)) if each]

    async def _held_of_nobodys(self, keys: Sequence[str]) -> list[str]:
        """Return what still stands there of what is nobody's."""
        try:
            held = await self._system.read([nobody(key) for key in keys if NUMBER.fullmatch(key)])
        except SystemUnreachable:
            raise
        except TelcoError:
            # It lists what it does not let anybody ask for: that is told as it was seen.
            return list(keys)
        there = iter(held)
        return [key for key in keys if not NUMBER.fullmatch(key) or next(there) is not None]


def nobody(key: str) -> Subscriber:
    """Return whom a system is asked about by an IMSI or MSISDN that is nobody's."""
    return Subscriber(key, "", key, "", "", "")


def _drift(
    system: SubscriberSystem, key: str, held: Record | None, wanted: Record | None
) -> Drift | None:
    names = differences(held, wanted)
    if not names:
        return None
    if names == ["presence"]:
        return _stray(system, key) if wanted is None else _missing(system, key)
    kind = _KINDS.get(names[0], _PROFILE)
    return Drift(system.name, kind, key, tuple(names), _AGAIN)


def _missing(system: SubscriberSystem, key: str) -> Drift:
    return Drift(system.name, "missing", key, ("presence",), _REPAIRS["missing"])


def _stray(system: SubscriberSystem, key: str) -> Drift:
    return Drift(system.name, "stray", key, ("presence",), _REPAIRS["stray"])
