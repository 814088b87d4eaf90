"""What an order gives to SIMs that they did not have: numbers and keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forerunner.orders.columns import Column, Listed
from forerunner.orders.delivery import Delivery, arranged, delivered
from forerunner.orders.keysource import KeySource, key_source
from forerunner.orders.site import Site
from forerunner.sims.keys import Keys
from forerunner.sims.listed import Sims
from forerunner.sims.numbers import NumberKind
from forerunner.sims.packed import Packed
from forerunner.sims.rejects import Faults, Reject
from forerunner.sims.request import Request


@dataclass(frozen=True)
class Fresh:
    """Where what is new of SIMs comes from.

    Attributes:
        source: Their keys.
        delivery: What a vendor's file has of them; None where there is none.
        sims: The request's single SIMs, in the order of that file.
    """

    source: KeySource
    delivery: Delivery | None
    sims: Sims

    def keys(self) -> Iterator[Keys]:
        """Yield K and OPc of each."""
        return self.source.keys(self.delivery)


def fresh_of(
    request: Request, site: Site, fields: Mapping[NumberKind, str], faults: Faults
) -> Fresh | None:
    """Return where what is new of SIMs comes from; None where that is not to be known.

    Args:
        request: The request.
        site: What orders are made of.
        fields: By kind, the field of the request's SIMs that a vendor's number stands in.
        faults: Where it is noted what does not fit.
    """
    if "key_source" not in request.data or ("key_file" not in request.data and _is_vendor(request)):
        return None
    good, sims, delivery, source = not faults, request.sims, None, None
    with faults.gathering():
        source = key_source(request, site)
        if source.file:
            delivery = delivered(source.file, faults)
            if good and not faults:
                sims = arranged(sims, delivery, fields, faults)
    return Fresh(source, delivery, sims) if source else None


def _is_vendor(request: Request) -> bool:
    return bool(request.data["key_source"] == "vendor")


@dataclass(frozen=True)
class Wanted:
    """Finds the numbers that a request wants.

    Attributes:
        request: The request.
        site: What orders are made of.
        fresh: What is known of the SIMs; None where that is not to be known.
        faults: Where it is noted what does not fit.
    """

    request: Request
    site: Site
    fresh: Fresh | None
    faults: Faults

    def columns(self, fields: Mapping[NumberKind, str], count: int) -> tuple[Column, ...]:
        """Return where numbers come from; what does not fit is left out, and noted.

        Args:
            fields: By kind, the field of the request that says it.
            count: How many of each are wanted; 0 where that is not to be known.
        """
        found: list[Column] = []
        for kind, field in fields.items():
            if not self._is_open(field, count):
                with self.faults.gathering():
                    found.append(self._column(kind, field, count))
        for each in found if count and not self.faults else ():
            if each.count != count:
                reason = f"there are {each.count}, and {count} are wanted"
                self.faults.add(Reject(0, fields[each.kind], reason))
        quantity = int(self.request.data.get("quantity", count))
        if quantity != count and count:
            self.faults.add(Reject(0, "quantity", f"is {quantity}, and there are {count} SIMs"))
        return tuple(found)

    def _is_open(self, field: str, count: int) -> bool:
        """Return whether a vendor's file would say it, of which nothing is known."""
        data = self.request.data
        said = field in data and bool(count)
        return self.fresh is None and data.get("key_source") == "vendor" and not said

    def _column(self, kind: NumberKind, field: str, count: int) -> Column:
        sims = self.fresh.sims if self.fresh else self.request.sims
        delivery = self.fresh.delivery if self.fresh else None
        listed = sims.get(field)
        if listed is not None:
            for place in self.site.strays(self.request, listed) if sims.whole else ():
                self.faults.add(sims.reject(place, field, _stray(kind)))
            return Listed(listed)
        if delivery is None or kind not in delivery.columns:
            return self.site.column(self.request, kind, field, count)
        numbers = delivery.columns[kind]
        for place in self.site.strays(self.request, numbers):
            self.faults.add(delivery.reject(place, kind, _stray(kind)))
        if field in self.request.data:
            self._check_bounds(delivery, numbers, field, count)
        return Listed(numbers)

    def _check_bounds(self, delivery: Delivery, numbers: Packed, field: str, count: int) -> None:
        """Note which numbers of a vendor's file the request did not ask for."""
        bounds = self.site.column(self.request, numbers.kind, field, count).bounds
        for place, number in enumerate(numbers.counted):
            if not bounds.first <= number <= bounds.last:
                reason = f"is not among the request's {field}"
                self.faults.add(delivery.reject(place, numbers.kind, reason))


def _stray(kind: NumberKind) -> str:
    return f"lies in no pool of {kind} in the inventory"
