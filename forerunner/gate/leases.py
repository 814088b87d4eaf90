"""Device leases: who may write to a device, until when, and by which fencing number."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from forerunner.gate.book import Book
from forerunner.gate.errors import Refusal
from forerunner.gate.holder import Holder
from forerunner.model import Plan


@dataclass(frozen=True)
class Lease:
    """A lease that is held.

    Attributes:
        device: Inventory name.
        fence: Number that grows with every lease of the device.
        expires: Seconds since the epoch.
        who: Who holds it.
        entrance: By which way it came.
        playbook: What it is held for.
        plan: Identifier of the plan.
        hash: The plan's hash.
        holder: The process.
    """

    device: str
    fence: int
    expires: float
    who: str
    entrance: str
    playbook: str
    plan: str
    hash: str
    holder: Holder

    def __str__(self) -> str:
        until = datetime.fromtimestamp(self.expires, UTC).strftime("%H:%M:%S UTC")
        place = f"process {self.holder.pid} on {self.holder.host}"
        return f"{self.device} is {self.who}'s ({self.playbook}, {place}) until {until}"


def live(book: Book) -> list[Lease]:
    """Return the leases that have neither been given back nor run out."""
    rows = book.execute(
        "SELECT l.device, l.fence, l.expires, a.who, a.entrance, a.playbook, a.plan, a.hash,"
        " a.host, a.pid, a.started FROM gate_leases l JOIN gate_admissions a"
        " ON a.id = l.admission WHERE l.expires > :now ORDER BY l.device",
        now=book.now,
    )
    return [_lease(*row) for row in rows]


def _lease(*row: Any) -> Lease:
    names = [each.name for each in fields(Lease)]
    host, pid, started = row[8:]
    named = dict(zip(names, row[:8], strict=False))
    return Lease(**named, holder=Holder(host, int(pid), float(started)))


def refusals(book: Book, plan: Plan, holder: Holder) -> list[Refusal]:
    """Return the leases of others that a plan would need, or of what holds or is part of that."""
    return [
        Refusal("lease", str(lease), "wait for it, or see `forerunner gate status`")
        for lease in live(book)
        if any(_overlap(lease.device, each) for each in plan.limit)
        and not _may_take_over(lease, plan, holder)
    ]


def _overlap(one: str, other: str) -> bool:
    """Return whether two names stand for the same, or one for a part of the other: `hlr1/order`."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _may_take_over(lease: Lease, plan: Plan, holder: Holder) -> bool:
    """Return whether a lease goes on in other hands: of the same process, or of a dead one.

    After a death a restore timer may still run on the device. The same change knows of it and
    stops it; any other one waits until the lease, which outlives the timer, has run out.
    """
    if lease.holder.same_as(holder):
        return True
    return lease.hash == plan.hash and lease.holder.is_dead()


def take(book: Book, admission: str, plan: Plan, lasting_s: float) -> dict[str, int]:
    """Take the leases of a plan's devices and return their new fencing numbers."""
    return {device: _take(book, admission, device, lasting_s) for device in plan.limit}


def _take(book: Book, admission: str, device: str, lasting_s: float) -> int:
    book.execute(
        "INSERT INTO gate_leases (device, fence, admission, written, expires)"
        " VALUES (:device, 1, :admission, 0, :expires) ON CONFLICT (device) DO UPDATE SET"
        " fence = gate_leases.fence + 1, admission = excluded.admission,"
        " written = 0, expires = excluded.expires",
        device=device,
        admission=admission,
        expires=book.now + lasting_s,
    )
    rows = book.execute("SELECT fence FROM gate_leases WHERE device = :device", device=device)
    return int(rows[0][0])


def held(book: Book, admission: str, device: str) -> float | None:
    """Return when an admission's lease of a device runs out; None when it has none."""
    rows = book.execute(
        "SELECT expires FROM gate_leases WHERE device = :device AND admission = :admission",
        device=device,
        admission=admission,
    )
    return float(rows[0][0]) if rows else None


def write(book: Book, admission: str, device: str, lasting_s: float) -> None:
    """Note that a device is about to be written to, and let its lease last from now on."""
    book.execute(
        "UPDATE gate_leases SET written = 1, expires ="
        " CASE WHEN expires < :expires THEN :expires ELSE expires END"
        " WHERE device = :device AND admission = :admission",
        device=device,
        admission=admission,
        expires=book.now + lasting_s,
    )


def give_back(book: Book, admission: str, unsettled: bool = False) -> None:
    """End the leases of an admission; the fencing numbers stay.

    Args:
        book: The transaction.
        admission: Its identifier.
        unsettled: Leave those of devices that were written to until they run out.
    """
    book.execute(
        "UPDATE gate_leases SET admission = '', expires = 0"
        " WHERE admission = :admission AND written <= :written",
        admission=admission,
        written=0 if unsettled else 1,
    )
