"""The SIMs in a vendor's file, and a request's own SIMs in the same order."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forerunner.sims.listed import Sims
from forerunner.sims.numbers import NumberKind
from forerunner.sims.packed import Packed, repeated
from forerunner.sims.rejects import Faults, Reject
from forerunner.sims.vendor import OutFile


@dataclass(frozen=True)
class Delivery:
    """The numbers in a vendor's file; nothing of it may be changed.

    Attributes:
        columns: IMSI and ICCID of each SIM.
        rows: Line of each.
        file: The file.
    """

    columns: Mapping[NumberKind, Packed]
    rows: Sequence[int]
    file: str

    def __len__(self) -> int:
        return len(self.rows)

    def reject(self, place: int, field: str, reason: str) -> Reject:
        """Return what is wrong with the SIM at a place."""
        return Reject(self.rows[place], field, reason, self.file)


def delivered(file: OutFile, faults: Faults) -> Delivery:
    """Return the numbers in a vendor's file, all of which is looked through.

    Args:
        file: The file.
        faults: Where it is noted what does not fit.
    """
    imsis, iccids, rows = Packed("imsi"), Packed("iccid"), array("Q")
    for sim in file.sims(faults.add):
        imsis.add(sim.imsi)
        iccids.add(sim.iccid)
        rows.append(sim.row)
    found = Delivery({"imsi": imsis, "iccid": iccids}, rows, str(file.path))
    for kind, column in found.columns.items():
        for _, place, _, first in repeated(column):
            faults.add(found.reject(place, kind, f"stands in row {rows[first]} already"))
    return found


def arranged(
    sims: Sims, delivery: Delivery, fields: Mapping[NumberKind, str], faults: Faults
) -> Sims:
    """Return a request's SIMs in the order of a vendor's file, by the numbers that both have.

    Args:
        sims: The request's, whose columns are whole.
        delivery: What the vendor's file has.
        fields: By kind, the field of the request's SIMs that is the vendor's number.
        faults: Where it is noted which SIM only one of both has.
    """
    shared = [(kind, field) for kind, field in fields.items() if field in sims.columns]
    if not shared:
        return sims
    order = _order(sims, delivery, shared[0], faults)
    if order is None:
        return sims
    found = sims.taken(order)
    for kind, field in shared[1:]:
        pairs = zip(found.columns[field].counted, delivery.columns[kind].counted, strict=True)
        for at in (at for at, (ours, theirs) in enumerate(pairs) if ours != theirs):
            faults.add(found.reject(at, field, "is another SIM's in the vendor's file"))
    return found


def _order(
    sims: Sims, delivery: Delivery, shared: tuple[NumberKind, str], faults: Faults
) -> Sequence[int] | None:
    """Return the place of each SIM of a vendor's file in the request; None where some has none."""
    kind, field = shared
    places = {number: at for at, number in enumerate(sims.columns[field].counted)}
    order = array("Q")
    for at, number in enumerate(delivery.columns[kind].counted):
        place = places.pop(number, None)
        if place is None:
            faults.add(delivery.reject(at, kind, "is of a SIM that the request does not list"))
        else:
            order.append(place)
    for place in places.values():
        faults.add(sims.reject(place, field, "is not in the vendor's file"))
    return order if len(order) == len(delivery) and not places else None
