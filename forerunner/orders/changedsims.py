"""SIMs in service that are changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forerunner.errors import InvalidData
from forerunner.orders import existing
from forerunner.orders.columns import Column, Ranged
from forerunner.orders.entering import Numbers
from forerunner.orders.existing import Fit, Selection
from forerunner.orders.fresh import Fresh, Wanted, fresh_of
from forerunner.orders.newsims import whole
from forerunner.orders.reach import Reach
from forerunner.orders.site import Site
from forerunner.sims.listed import Sims
from forerunner.sims.numbers import NumberKind
from forerunner.sims.packed import Packed
from forerunner.sims.rejects import Faults, Reject
from forerunner.sims.request import Request
from forerunner.telco import Change, Subscriber

_SELECTING: tuple[NumberKind, ...] = ("msisdn", "imsi", "iccid")
_NEW: Mapping[str, Mapping[NumberKind, str]] = {
    "swap_sim": {"imsi": "new_imsi", "iccid": "new_iccid"},
    "change_msisdn": {"msisdn": "new_msisdn"},
}


@dataclass(frozen=True)
class ChangedSims:
    """What a request is for.

    Attributes:
        site: Where they are found.
        claims: Their IMSIs.
        turned: What becomes of each; None where it gets what is new.
        columns: Where new numbers come from.
        fresh: Where new keys come from; None for the old ones.
    """

    site: Site
    claims: Packed
    turned: existing.Turned | None
    columns: tuple[Column, ...] = ()
    fresh: Fresh | None = None

    @property
    def total(self) -> int:
        """Return how many SIMs they are."""
        return len(self.claims)

    def changes(self, numbers: Numbers) -> Iterator[Change]:
        """Yield each SIM's change, given the new numbers."""
        made = 0
        before = existing.standing(self.site.cards, self.claims)
        for sim, after in self._turned(before) if self.turned else self._renewed(before, numbers):
            yield Change(sim, after)
            made += 1
        whole(made, self.total)

    def _turned(
        self, before: Iterator[Subscriber]
    ) -> Iterator[tuple[Subscriber, Subscriber | None]]:
        assert self.turned  # noqa: S101 - by the caller
        for sim in before:
            yield sim, self.turned(sim)

    def _renewed(
        self, before: Iterator[Subscriber], numbers: Numbers
    ) -> Iterator[tuple[Subscriber, Subscriber | None]]:
        kinds = [each.kind for each in self.columns]
        texts = [each.texts(numbers[each.kind]) for each in self.columns]
        keys = self.fresh.keys() if self.fresh else None
        for sim, *new in zip(before, *texts, strict=False):
            changed: dict[str, str] = dict(zip(kinds, new, strict=True))
            if keys:
                pair = next(keys, None)
                if pair is None:
                    return
                changed["k"], changed["opc"] = pair
            yield sim, replace(sim, **changed)


def changed_sims(request: Request, site: Site, reach: Reach, faults: Faults) -> ChangedSims | None:
    """Return the SIMs that a request is for; None where something was noted.

    Args:
        request: The request.
        site: What orders are made of.
        reach: Which systems it is for; takes the SIMs.
        faults: Where it is noted what does not fit.
    """
    fields = _NEW.get(request.operation, {})
    fresh = None
    if request.operation == "swap_sim":
        fresh = fresh_of(request, site, fields, faults)
    sims = fresh.sims if fresh else request.sims
    claims = Packed("imsi")
    with faults.gathering():
        if sims.whole:
            selection = _selection(request, site, sims)
            fit = Fit(site.cards, request.operation, reach)
            claims = existing.selected(fit, selection, faults)
    # Where some are not found, how many are wanted is not to be known.
    count = 0 if faults else len(claims)
    columns = Wanted(request, site, fresh, faults).columns(fields, count) if count else ()
    return _made(request, site, claims, columns, fresh, faults)


def _made(
    request: Request,
    site: Site,
    claims: Packed,
    columns: tuple[Column, ...],
    fresh: Fresh | None,
    faults: Faults,
) -> ChangedSims | None:
    routing_number = str(request.data.get("routing_number", "")).upper()
    if request.operation == "port_out" and not routing_number:
        faults.add(Reject(0, "routing_number", "is needed: whom the numbers go to"))
    if faults:
        return None
    if request.operation in _NEW:
        return ChangedSims(site, claims, None, columns, fresh)
    return ChangedSims(site, claims, existing.turned(request.operation, routing_number))


def _selection(request: Request, site: Site, sims: Sims) -> Selection:
    """Return which SIMs are meant: by the first kind of number that names any.

    Raises:
        InvalidData: None is, or it cannot be said which.
    """
    listed = [kind for kind in _SELECTING if kind in sims.columns]
    if listed:
        kind, others = listed[0], {other: sims.columns[other] for other in listed[1:]}
        return Selection(kind, sims.columns[kind], others, sims)
    given = [kind for kind in _SELECTING if kind in request.data]
    if len(given) != 1:
        problem = "says which SIMs; give one range of imsi, iccid or msisdn, or list single SIMs"
        raise InvalidData(request.source, given[1] if given else "msisdn", problem)
    kind = given[0]
    count = int(request.data.get("quantity", 0))
    ranged = site.pools.column(request.source, kind, kind, str(request.data[kind]), count)
    if not isinstance(ranged, Ranged):
        problem = "is a pool; name the SIMs by a range, or list single SIMs"
        raise InvalidData(request.source, kind, problem)
    return Selection(kind, ranged.texts([ranged.bounds]))
