"""What the gate let pass and refused, and whose the devices are."""

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from prometheus_client.core import Metric

from forerunner.database import Database
from forerunner.exporter.changes import check_ledger, playbooks
from forerunner.exporter.families import bounded, counter, gauge, single, summed
from forerunner.gate import Entrance, trail
from forerunner.gate.audit import Entry
from forerunner.gate.status import Status, status

GUARDS = frozenset({
    "approval", "blast radius", "circuit breaker", "expiry", "freeze", "kill switch", "lease",
    "maintenance window", "rate limit", "scope",
})  # fmt: skip
"""The guards of the gate; a test compares them with its source."""


class Gate:
    """The gate's metrics; its audit trail is read once, then only what was added to it."""

    def __init__(self) -> None:
        self._last: Entry | None = None
        self._forget()

    def read(self) -> list[Metric]:
        """Return what it let pass and refused, and what it holds.

        Raises:
            ExporterError: There is no ledger.
            LedgerError: It cannot be read.
        """
        check_ledger()
        database = Database()
        self._follow(database)
        return [*self._counted(), *_held(status(database))]

    def _follow(self, database: Database) -> None:
        first = self._last.sequence if self._last else 1
        found = trail.read_from(database, first)
        if self._last and found[:1] != [self._last]:
            # Another ledger, or a trail that somebody cut: what was counted is not there any more.
            self._forget()
            found = trail.read_from(database, 1)
        known = playbooks()
        for entry in found[1:] if self._last else found:
            self._count(entry, known)
        self._last = found[-1] if found else None

    def _forget(self) -> None:
        self._last = None
        self._admitted: Counter[tuple[str, ...]] = Counter()
        # A rate needs the zero from before the first one.
        self._refused: Counter[tuple[str, ...]] = Counter({(guard,): 0 for guard in GUARDS})
        self._writes = 0

    def _count(self, entry: Entry, known: frozenset[str]) -> None:
        data = entry.data
        match data.get("kind"):
            case "admitted":
                entrance = bounded(str(data.get("entrance")), get_args(Entrance))
                self._admitted[bounded(str(data.get("playbook")), known), entrance] += 1
            case "refused":
                self._refused.update((guard,) for guard in _guards(data.get("reasons", ())))
            case "write refused":
                self._writes += 1

    def _counted(self) -> list[Metric]:
        return [
            counter(
                "gate_admissions", "Changes that passed the gate.", ["playbook", "entrance"],
                self._admitted,
            ),
            counter(
                "gate_refusals", "Refused changes, by each guard that was against it.", ["reason"],
                self._refused,
            ),
            counter(
                "gate_write_refusals", "Writes that were refused for want of a live token.", [],
                {(): self._writes},
            ),
        ]  # fmt: skip


def _guards(reasons: Iterable[object]) -> set[str]:
    return {bounded(str(reason).partition(":")[0], GUARDS) for reason in reasons}


def _held(found: Status) -> list[Metric]:
    known = playbooks()
    leases = summed(
        ((bounded(x.playbook, known), x.entrance, "dead" if x.holder.is_dead() else "alive"), 1)
        for x in found.leases
    )
    return [
        gauge(
            "leases", "Devices that a change holds; its process may be known to be dead.",
            ["playbook", "entrance", "holder"], leases,
        ),
        single("leased_devices", "Devices that any change holds.", len(found.leases)),
        single("gate_stopped", "Whether somebody has stopped every change.", bool(found.stops)),
        single(
            "gate_failures_in_a_row", "Automated changes that failed one after the other.",
            len(found.failures),
        ),
    ]  # fmt: skip
