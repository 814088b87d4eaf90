"""Orders, incidents, backups and the observing service: where each stands now."""

import time
from collections import Counter
from typing import Any

from prometheus_client.core import Metric

from forerunner.backup import assess
from forerunner.collect.files import read_json
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.exporter.changes import check_ledger
from forerunner.exporter.config import Config
from forerunner.exporter.families import gauge, single
from forerunner.orders.book import Book
from forerunner.orders.tally import tally
from forerunner.schema import check

# The service writes its status once a second.
_SILENT_S = 10.0
_PATIENCE_S = 1.0
_STATUS = {
    "type": "object",
    "properties": {
        "time": {"type": "number"},
        "healthy": {"type": "boolean"},
        "links": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "observed": {"type": "boolean"},
                    "drained": {"type": "boolean"},
                    "probability": {"type": "number"},
                },
                "required": ["observed", "drained"],
            },
        },
    },
    "required": ["time", "healthy", "links"],
}


def read_orders() -> list[Metric]:
    """Return how many SIM orders stand where.

    Raises:
        ExporterError: There is no ledger.
        LedgerError: It cannot be read.
    """
    check_ledger()
    found = tally(Book(Database(), patience_s=_PATIENCE_S))
    orders = {(state,): each.orders for state, each in found.items()}
    sims = {(state,): each.sims for state, each in found.items()}
    return [
        gauge("orders", "SIM orders, by where they stand.", ["state"], orders),
        gauge("order_sims", "SIMs of the orders, by where these stand.", ["state"], sims),
    ]


def read_incidents() -> list[Metric]:
    """Return how many incidents are open.

    Raises:
        ExporterError: There is no ledger.
        LedgerError: It cannot be read.
    """
    check_ledger()
    found = EventBook().open_by_severity(time.time())
    values = {(name,): count for name, count in found.items()}
    return [gauge("incidents_open", "Incidents that are not over.", ["severity"], values)]


def read_backups(config: Config) -> list[Metric]:
    """Return how old each device's last good backup is.

    Raises:
        InvalidData: What is remembered of them cannot be read.
    """
    rows = assess(config.backups, config.backup_age_s, config.devices)
    states = Counter({(state,): 0 for state in ("fresh", "stale", "never")})
    states.update((row.state,) for row in rows)
    ages = {(row.host,): row.age_s for row in rows if row.age_s is not None}
    failed = {(row.host,): float(bool(row.attempts.error)) for row in rows}
    return [
        gauge("backups", "Devices, by how their last good backup is.", ["state"], states),
        gauge("backup_age_seconds", "Age of the last good backup.", ["host"], ages),
        gauge("backup_failing", "Whether the newest backup failed.", ["host"], failed),
    ]


def read_observer(config: Config) -> list[Metric]:
    """Return how the observing service is; one that does not run is down, and no error.

    Raises:
        InvalidData: Its status cannot be read.
    """
    file = config.directory / "observe" / "status.json"
    up = single("observer_up", "Whether the observing service says how it is.", 0)
    if not file.exists():
        return [up]
    status = read_json(file, "the observing service's status")
    check(status, _STATUS, str(file))
    age_s = time.time() - status["time"]
    if age_s > _SILENT_S:
        return [up]
    return [single("observer_up", up.documentation, 1), *_observed(status)]


def _observed(status: dict[str, Any]) -> list[Metric]:
    links = status["links"].items()
    return [
        single("observer_healthy", "Whether every link was measured just now.", status["healthy"]),
        gauge(
            "link_observed", "Whether a link was measured just now.", ["link"],
            {(name,): float(link["observed"]) for name, link in links},
        ),
        gauge(
            "link_drained", "Whether a link is drained.", ["link"],
            {(name,): float(link["drained"]) for name, link in links},
        ),
        gauge(
            "link_failure_probability", "Probability that a link fails within the horizon.",
            ["link"], {(name,): x["probability"] for name, x in links if "probability" in x},
        ),
    ]  # fmt: skip
