"""The ledger's part that holds events and the incidents that they belong to."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from forerunner.database import Database, Execute
from forerunner.model import Event, Severity, new_id

QUIET_S = 300.0
"""An incident that has been quiet for this long is over; what comes then is another one."""

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error", "critical")
"""From the least on."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS incidents (
        id VARCHAR(64) PRIMARY KEY, kind VARCHAR(64) NOT NULL, host VARCHAR(255) NOT NULL,
        interface VARCHAR(255) NOT NULL, severity BIGINT NOT NULL, text TEXT NOT NULL,
        begun DOUBLE PRECISION NOT NULL, latest DOUBLE PRECISION NOT NULL, count BIGINT NOT NULL,
        told DOUBLE PRECISION)""",
    "CREATE INDEX IF NOT EXISTS incidents_group ON incidents (host, kind, interface, latest)",
    "CREATE INDEX IF NOT EXISTS incidents_latest ON incidents (latest)",
    """CREATE TABLE IF NOT EXISTS events (
        id VARCHAR(64) PRIMARY KEY, time DOUBLE PRECISION NOT NULL, incident VARCHAR(64) NOT NULL,
        record TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS events_time ON events (time)",
    "CREATE INDEX IF NOT EXISTS events_incident ON events (incident)",
    # Whoever counts incidents need not know how long each kind may be quiet.
    """CREATE TABLE IF NOT EXISTS quiet (
        kind VARCHAR(64) PRIMARY KEY, seconds DOUBLE PRECISION NOT NULL)""",
)
_QUIET = (
    "INSERT INTO quiet VALUES (:kind, :seconds)"
    " ON CONFLICT (kind) DO UPDATE SET seconds = excluded.seconds"
)
_COLUMNS = "id, kind, host, interface, severity, text, begun, latest, count"


@dataclass(frozen=True)
class Incident:
    """Events of one kind on one interface of one host that followed close upon each other.

    Attributes:
        id: Unique name.
        kind: As of its events.
        host: The same.
        interface: The same.
        severity: The worst of its events.
        text: Of its newest event.
        begun: When the first one happened, seconds since the epoch.
        latest: When the newest one did.
        count: How many there were.
    """

    id: str
    kind: str
    host: str
    interface: str
    severity: Severity
    text: str
    begun: float
    latest: float
    count: int


class EventBook:
    """Events in the ledger's database; safe to share between processes.

    Args:
        database: By default the ledger's.
        quiet_s: Seconds without an event after which an incident is over.
    """

    def __init__(self, database: Database | None = None, quiet_s: float = QUIET_S) -> None:
        self._database = database or Database()
        self._quiet_s = quiet_s

    def note(self, events: Sequence[Event]) -> list[Incident]:
        """Write events down, and return the incidents that they opened.

        One that stands there already is not counted again, so that whoever does not know whether
        it was written may write it once more.

        Raises:
            InvalidData: One of them does not fit its schema; nothing was written.
            LedgerError: Nothing was written.
        """
        fitting = [Event.from_dict(each.to_dict(), "event") for each in events]
        ordered = sorted({each.id: each for each in fitting}.values(), key=lambda x: x.time)
        with self._opened() as execute:
            fresh = [each for each in ordered if self._is_new(execute, each)]
            noted = [self._note(execute, each) for each in fresh]
            kinds = sorted({each.kind for each in fresh})
            rows = [{"kind": kind, "seconds": self._quiet_s} for kind in kinds]
            if rows and self._quiet_s != QUIET_S:
                execute(_QUIET, each=rows)
            opened = dict.fromkeys(incident for incident, new in noted if new)
            return [_by_id(execute, each) for each in opened]

    def newest(self, limit: int = 50, host: str | None = None) -> list[Event]:
        """Return the newest events, newest first; of one host where it is named."""
        wanted = (
            ""
            if host is None
            else ("WHERE incident IN (SELECT id FROM incidents WHERE host = :host)")
        )
        query = f"SELECT record FROM events {wanted} ORDER BY time DESC LIMIT :limit"  # noqa: S608
        named = {} if host is None else {"host": host}
        with self._opened() as execute:
            rows = execute(query, limit=limit, **named)
        return [Event.from_dict(json.loads(record), "ledger") for (record,) in rows]

    def incidents(
        self, since: float = 0.0, limit: int = 50, host: str | None = None
    ) -> list[Incident]:
        """Return the incidents with an event since then, the latest first; of one host if named."""
        wanted = "latest >= :since" + ("" if host is None else " AND host = :host")
        query = f"SELECT {_COLUMNS} FROM incidents WHERE {wanted}"  # noqa: S608
        named = {} if host is None else {"host": host}
        with self._opened() as execute:
            rows = execute(
                f"{query} ORDER BY latest DESC LIMIT :limit", since=since, limit=limit, **named
            )
        return [_incident(row) for row in rows]

    def open_by_severity(self, now: float) -> dict[Severity, int]:
        """Return how many incidents are not over at that time, for every severity.

        Each kind may be quiet for as long as whoever noted it said.
        """
        query = (
            "SELECT severity, count(*) FROM incidents LEFT JOIN quiet ON quiet.kind ="
            " incidents.kind WHERE latest >= :now - coalesce(seconds, :quiet) GROUP BY severity"
        )
        with self._opened() as execute:
            found = dict(execute(query, now=now, quiet=self._quiet_s))
        return {name: int(found.get(at, 0)) for at, name in enumerate(SEVERITIES)}

    def untold(self, least: Severity = "warning", limit: int = 1000) -> list[Incident]:
        """Return the incidents that nobody was told of as bad as they are, the worst first.

        Args:
            least: The least severity that is told of.
            limit: How many at the most; the others come next.
        """
        wanted = "(told IS NULL OR told < 0) AND severity >= :least"
        query = f"SELECT {_COLUMNS} FROM incidents WHERE {wanted}"  # noqa: S608
        with self._opened() as execute:
            rows = execute(
                f"{query} ORDER BY severity DESC, begun LIMIT :limit",
                least=SEVERITIES.index(least),
                limit=limit,
            )
        return [_incident(row) for row in rows]

    def last_told(self) -> float:
        """Return when somebody was told of an incident last; 0 where nobody ever was."""
        with self._opened() as execute:
            ((latest,),) = execute("SELECT max(abs(told)) FROM incidents")
        return float(latest or 0.0)

    def mark_told(self, incidents: Sequence[Incident]) -> None:
        """Note that somebody was told of these; not of what has become worse meanwhile."""
        now = time.time()
        told = [
            {"id": each.id, "now": now, "severity": SEVERITIES.index(each.severity)}
            for each in incidents
        ]
        with self._opened() as execute:
            execute(
                "UPDATE incidents SET told = :now WHERE id = :id AND severity <= :severity",
                each=told,
            )

    def forget(self, before: float) -> int:
        """Let go of what was over before then; return how many incidents that were."""
        with self._opened() as execute:
            ((gone,),) = execute("SELECT count(*) FROM incidents WHERE latest < :t", t=before)
            execute(
                "DELETE FROM events WHERE incident IN (SELECT id FROM incidents WHERE latest < :t)",
                t=before,
            )
            execute("DELETE FROM incidents WHERE latest < :t", t=before)
        return int(gone)

    @contextmanager
    def _opened(self) -> Iterator[Execute]:
        with self._database.transaction() as execute:
            for statement in _TABLES:
                execute(statement)
            yield execute

    def _is_new(self, execute: Execute, event: Event) -> bool:
        return not execute("SELECT 1 FROM events WHERE id = :id", id=event.id)

    def _note(self, execute: Execute, event: Event) -> tuple[str, bool]:
        """Return the incident of an event, and whether it was opened for it."""
        found = execute(
            "SELECT id FROM incidents"
            " WHERE host = :host AND kind = :kind AND interface = :interface"
            " AND latest >= :from AND begun <= :to ORDER BY latest DESC LIMIT 1",
            **_group(event),
            **{"from": event.time - self._quiet_s, "to": event.time + self._quiet_s},
        )
        identifier = str(found[0][0]) if found else new_id("incident")
        (_widen if found else _open)(execute, identifier, event)
        execute(
            "INSERT INTO events VALUES (:id, :time, :incident, :record)",
            id=event.id,
            time=event.time,
            incident=identifier,
            record=json.dumps(event.to_dict()),
        )
        return identifier, not found


def _group(event: Event) -> dict[str, str]:
    return {"host": event.host, "kind": event.kind, "interface": event.interface}


def _open(execute: Execute, identifier: str, event: Event) -> None:
    execute(
        "INSERT INTO incidents VALUES"
        " (:id, :kind, :host, :interface, :severity, :text, :time, :time, 1, NULL)",
        id=identifier,
        severity=SEVERITIES.index(event.severity),
        text=event.text,
        time=event.time,
        **_group(event),
    )


def _widen(execute: Execute, identifier: str, event: Event) -> None:
    execute(
        "UPDATE incidents SET count = count + 1,"
        " text = CASE WHEN latest > :time THEN text ELSE :text END,"
        # Below zero: people were told then, and it has become worse since.
        " told = CASE WHEN severity < :severity THEN -abs(told) ELSE told END,"
        " severity = CASE WHEN severity > :severity THEN severity ELSE :severity END,"
        " begun = CASE WHEN begun < :time THEN begun ELSE :time END,"
        " latest = CASE WHEN latest > :time THEN latest ELSE :time END WHERE id = :id",
        id=identifier,
        severity=SEVERITIES.index(event.severity),
        text=event.text,
        time=event.time,
    )


def _by_id(execute: Execute, identifier: str) -> Incident:
    query = f"SELECT {_COLUMNS} FROM incidents WHERE id = :id"  # noqa: S608
    return _incident(execute(query, id=identifier)[0])


def _incident(row: Sequence[object]) -> Incident:
    identifier, kind, host, interface, severity, text, begun, latest, count = row
    return Incident(
        str(identifier),
        str(kind),
        str(host),
        str(interface),
        SEVERITIES[int(str(severity))],
        str(text),
        float(str(begun)),
        float(str(latest)),
        int(str(count)),
    )
