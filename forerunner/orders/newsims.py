"""SIMs that come into service."""

from collections.abc import Iterator
from dataclasses import dataclass

from forerunner.orders.columns import Column
from forerunner.orders.entering import Numbers
from forerunner.orders.errors import OrderError
from forerunner.orders.fresh import Fresh, Wanted, fresh_of
from forerunner.orders.site import Site
from forerunner.sims.numbers import KINDS, NumberKind
from forerunner.sims.packed import Packed
from forerunner.sims.rejects import Faults, Reject
from forerunner.sims.request import Request
from forerunner.telco import Change, Subscriber


@dataclass(frozen=True)
class NewSims:
    """What a request is for.

    Attributes:
        columns: Where IMSI, ICCID and MSISDN come from, in this order.
        fresh: Where their keys come from.
        profile: Their service profile.
        claims: SIMs in service that are changed: none.
    """

    columns: tuple[Column, ...]
    fresh: Fresh
    profile: str
    claims: Packed

    @property
    def total(self) -> int:
        """Return how many SIMs they are."""
        return self.columns[0].count

    def changes(self, numbers: Numbers) -> Iterator[Change]:
        """Yield each SIM's change, given the numbers."""
        texts = [each.texts(numbers[each.kind]) for each in self.columns]
        made = 0
        for imsi, iccid, msisdn, (k, opc) in zip(*texts, self.fresh.keys(), strict=False):
            yield Change(None, Subscriber(imsi, iccid, msisdn, k, opc, self.profile))
            made += 1
        whole(made, self.total)


def new_sims(request: Request, site: Site, faults: Faults) -> NewSims | None:
    """Return the SIMs that a request is for; None where something was noted.

    Args:
        request: The request.
        site: What orders are made of.
        faults: Where it is noted what does not fit.
    """
    profile = str(request.data.get("profile", ""))
    if profile and profile not in site.profiles:
        known = ", ".join(sorted(site.profiles)) or "none"
        faults.add(Reject(0, "profile", f"the inventory has none of that name, but {known}"))
    fields: dict[NumberKind, str] = {"imsi": "imsi", "iccid": "iccid"}
    fresh = fresh_of(request, site, fields, faults)
    sims = fresh.sims if fresh else request.sims
    count = len(sims) or (len(fresh.delivery) if fresh and fresh.delivery else 0)
    count = count or int(request.data.get("quantity", 0)) or _ranged(request, site, faults)
    wanted = Wanted(request, site, fresh, faults)
    columns = wanted.columns({kind: kind for kind in KINDS}, count)
    if not fresh or not columns or faults:
        return None
    return NewSims(columns, fresh, profile, Packed("imsi"))


def _ranged(request: Request, site: Site, faults: Faults) -> int:
    """Return how many numbers the first range of a request has."""
    count = 0
    for kind in KINDS:
        if not count and "-" in str(request.data.get(kind, "")):
            with faults.gathering():
                count = site.column(request, kind, kind, 0).count
    return count


def whole(made: int, total: int) -> None:
    """Refuse an order of which not all SIMs were made.

    Raises:
        OrderError: They were not.
    """
    if made != total:
        raise OrderError(f"{made} SIMs were made of {total}; what they are made of was changed")
