"""Reconciling: where a system and the ledger disagree about the SIMs in service.

One pass over all that a system holds, against a fingerprint a SIM of what it is to hold, so that a
million SIMs fit; only where they differ is anything looked at closely, and looked at twice: an
order that is carried out meanwhile makes no drift.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from forerunner.orders.cards import Cards
from forerunner.orders.record import Orders
from forerunner.telco import Record, Subscriber, SubscriberSystem, differences

_SOME = 500
_ORDER = "order it again for this system once whoever changed it is found"
_REPAIRS = {
    "missing": "take it out of service by `terminate`, or bring it to this system again",
    "stray": "nobody has ordered it: find out who put it there, then order it or remove it there",
}
# What a field of a system's record is about.
_KINDS: Mapping[str, str] = {
    "k": "key", "opc": "key", "op": "key", "algorithm": "key", "algorithm_2g": "key",
    "msisdn": "number", "iccid": "card", "imsi": "card", "sp": "routing", "rn": "routing",
    "status": "status", "cs_barred": "status", "ps_barred": "status",
}  # fmt: skip
_PROFILE = "profile"


@dataclass(frozen=True)
class Drift:
    """One disagreement.

    Attributes:
        system: Inventory name of the system.
        kind: `missing`, `stray`, or what differs: key, number, card, routing, status, profile.
        identity: The IMSI, or where the system knows none the MSISDN.
        fields: All fields that differ; never their values, of which some are keys.
        repair: What brings both together again.
    """

    system: str
    kind: str
    identity: str
    fields: tuple[str, ...]
    repair: str

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
    wanted = {key: mark for some in cards.everything() for key, mark in _marks(system, some)}
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
        found += await _confirmed(cards, system, looked_at[first : first + _SOME], suspects)
    return sorted(found, key=lambda drift: drift.identity)


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


def _marks(system: SubscriberSystem, some: Sequence[Subscriber]) -> Iterator[tuple[str, bytes]]:
    for each in some:
        record = system.expected(each)
        if record is not None:
            yield identity(record), _mark(record)


def _mark(record: Record) -> bytes:
    text = "\0".join(f"{name}={record[name]}" for name in sorted(record) if record[name])
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


async def _confirmed(
    cards: Cards, system: SubscriberSystem, keys: Sequence[str], suspects: Collection[str]
) -> list[Drift]:
    """Look again at what seemed to differ."""
    known = {**cards.find("msisdn", keys), **cards.find("imsi", keys)}
    meant = [known[key] for key in keys if key in known]
    held = dict(zip((each.imsi for each in meant), await system.read(meant), strict=True))
    found = [
        _drift(system, key, held[known[key].imsi], system.expected(known[key]))
        for key in keys
        if key in known
    ]
    strays = [_stray(system, key) for key in keys if key not in known and key in suspects]
    return [each for each in (*found, *strays) if each]


def _drift(
    system: SubscriberSystem, key: str, held: Record | None, wanted: Record | None
) -> Drift | None:
    names = differences(held, wanted)
    if not names:
        return None
    if names == ["presence"]:
        return _stray(system, key) if wanted is None else _missing(system, key)
    kind = _KINDS.get(names[0], _PROFILE)
    return Drift(system.name, kind, key, tuple(names), _ORDER)


def _missing(system: SubscriberSystem, key: str) -> Drift:
    return Drift(system.name, "missing", key, ("presence",), _REPAIRS["missing"])


def _stray(system: SubscriberSystem, key: str) -> Drift:
    return Drift(system.name, "stray", key, ("presence",), _REPAIRS["stray"])
