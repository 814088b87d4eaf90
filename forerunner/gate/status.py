"""What the gate holds now: who stopped it, what is under way, whose the devices are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from forerunner.database import Transactional
from forerunner.gate import guards, leases, switch
from forerunner.gate.book import Book, opened
from forerunner.gate.errors import Refusal
from forerunner.gate.leases import Lease

_UNDER_WAY = (
    "SELECT a.id, a.plan, a.hash, a.playbook, a.entrance, a.who, a.admitted, l.device"
    " FROM gate_admissions a JOIN gate_leases l ON l.admission = a.id"
    " WHERE a.closed IS NULL AND l.expires > :now ORDER BY a.admitted, l.device"
)


@dataclass(frozen=True)
class UnderWay:
    """An admission that has not ended, and still holds devices.

    Attributes:
        id: Its name in the audit trail.
        plan: Identifier of the plan.
        hash: The plan's hash.
        playbook: What carries it out.
        entrance: By which way it came.
        who: Who asked.
        admitted: Seconds since the epoch.
        devices: Those whose leases it holds.
    """

    id: str
    plan: str
    hash: str
    playbook: str
    entrance: str
    who: str
    admitted: float
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """The gate at a moment.

    Attributes:
        stops: Who stopped everything; empty when changes may pass.
        failures: When the newest automated changes failed, one after the other, newest first;
            so many as `breaker_failures` of the policy make the circuit breaker pause them.
        under_way: Admissions that have not ended.
        leases: Of devices, also those that outlive their admission.
    """

    stops: tuple[Refusal, ...]
    failures: tuple[float, ...]
    under_way: tuple[UnderWay, ...]
    leases: tuple[Lease, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON data; of a holder it is said whether it is known to be dead."""
        plain = asdict(self)
        for data, lease in zip(plain["leases"], self.leases, strict=True):
            data["holder"]["dead"] = lease.holder.is_dead()
        return {"stopped": bool(self.stops), **plain}


def status(ledger: Transactional) -> Status:
    """Return what the gate holds now.

    Raises:
        LedgerError: It cannot be read; nothing passes then.
    """
    with opened(ledger) as book:
        return Status(
            tuple(switch.refusals(book)),
            tuple(guards.failures_in_a_row(book)),
            tuple(_under_way(book)),
            tuple(leases.live(book)),
        )


def _under_way(book: Book) -> list[UnderWay]:
    found: dict[str, Mapping[str, Any]] = {}
    devices: dict[str, list[str]] = {}
    names = ("id", "plan", "hash", "playbook", "entrance", "who", "admitted")
    for *row, device in book.execute(_UNDER_WAY, now=book.now):
        found[row[0]] = dict(zip(names, row, strict=True))
        devices.setdefault(row[0], []).append(str(device))
    return [UnderWay(**data, devices=tuple(devices[name])) for name, data in found.items()]
