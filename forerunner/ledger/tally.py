"""How many of what stand in the ledger: counted by the database, no record is read whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, Select, case, func, select

from forerunner.ledger import tables
from forerunner.ledger.ledger import Ledger

_KIND = tables.predictions.c.record["kind"].as_string()
_PLAYBOOK = tables.plans.c.record["playbook"].as_string()
_STATE = tables.outcomes.c.record["state"].as_string()
_BEGUN = tables.outcomes.c.record["started_at"].as_float()
# A run of Airflow has a name of its own each time: only where it came from is counted by.
_ORIGIN = case((tables.outcomes.c.record["run"].as_string() == "cli", "cli"), else_="airflow")


@dataclass(frozen=True)
class Outcomes:
    """What became of the plans of one playbook, by one end and one way.

    Attributes:
        playbook: As in the plan.
        state: As in the outcome.
        origin: `cli` or `airflow`.
        count: How many.
        seconds: From their beginnings to their ends, all together.
    """

    playbook: str
    state: str
    origin: str
    count: int
    seconds: float


@dataclass(frozen=True)
class Tally:
    """How many of what stand in the ledger. All but what is under way can only grow.

    Attributes:
        predictions: How many, by kind.
        predicted: When the newest of a kind was made, seconds since the epoch.
        plans: How many, by playbook.
        outcomes: What became of them.
        under_way: Plans without an outcome that have not expired, by playbook.
    """

    predictions: Mapping[str, int]
    predicted: Mapping[str, float]
    plans: Mapping[str, int]
    outcomes: tuple[Outcomes, ...]
    under_way: Mapping[str, int]


def tally(ledger: Ledger, now: float) -> Tally:
    """Return how many of what stand in the ledger.

    Args:
        ledger: The ledger.
        now: Seconds since the epoch, by which a plan has expired or not.

    Raises:
        LedgerError: It cannot be read.
    """
    predictions = ledger.rows(_predictions())
    return Tally(
        {str(kind): int(count) for kind, count, _ in predictions},
        {str(kind): float(newest) for kind, _, newest in predictions},
        {str(name): int(count) for name, count in ledger.rows(_plans())},
        tuple(Outcomes(*row) for row in ledger.rows(_outcomes())),
        {str(name): int(count) for name, count in ledger.rows(_under_way(now))},
    )


def _predictions() -> Select[Any]:
    newest = func.max(tables.predictions.c.time)
    return select(_KIND, func.count(), newest).group_by(_KIND)


def _plans() -> Select[Any]:
    return select(_PLAYBOOK, func.count()).group_by(_PLAYBOOK)


def _outcomes() -> Select[Any]:
    both = tables.outcomes.join(tables.plans, tables.plans.c.id == tables.outcomes.c.plan)
    seconds = func.sum(tables.outcomes.c.time - _BEGUN, type_=Float)
    query = select(_PLAYBOOK, _STATE, _ORIGIN, func.count(), seconds).select_from(both)
    return query.group_by(_PLAYBOOK, _STATE, _ORIGIN)


def _under_way(now: float) -> Select[Any]:
    valid = tables.plans.c.record["expires"].as_float() > now
    open_ = tables.plans.c.id.not_in(select(tables.outcomes.c.plan))
    return select(_PLAYBOOK, func.count()).where(valid, open_).group_by(_PLAYBOOK)
