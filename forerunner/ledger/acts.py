"""What the ledger says was done for a prediction, and when the link came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from forerunner.ledger import tables
from forerunner.ledger.ledger import Ledger
from forerunner.model import Prediction

_PLANS, _OUTCOMES = tables.plans, tables.outcomes
_JOINED = _PLANS.outerjoin(_OUTCOMES, _PLANS.c.id == _OUTCOMES.c.plan)
_VERIFIED = _OUTCOMES.c.record["state"].as_string() == "verified"
_ACTED_ON = (
    select(_PLANS.c.prediction)
    .select_from(_JOINED)
    .where(_PLANS.c.prediction.is_not(None), or_(_OUTCOMES.c.plan.is_(None), _VERIFIED))
)
# A statement of SQLite names 32,766 values at the most.
_PAGE = 10_000


@dataclass(frozen=True)
class Acted:
    """What was done for a prediction.

    Attributes:
        done_at: When the act had ended, seconds since the epoch; None while it runs.
        returned_at: When the link was back in service; None while it is not.
    """

    done_at: float | None
    returned_at: float | None


def acted(ledger: Ledger, predictions: Sequence[str]) -> dict[str, Acted]:
    """Return by prediction what was done for it; nothing for those that nobody acted on.

    An act that was taken back, failed or was refused is none: the link stayed as it was.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    columns = (_PLANS.c.prediction, _PLANS.c.record, _OUTCOMES.c.record)
    joined = select(*columns).select_from(_JOINED)
    pages = (predictions[at : at + _PAGE] for at in range(0, len(predictions), _PAGE))
    rows = (row for x in pages for row in ledger.rows(joined.where(_PLANS.c.prediction.in_(x))))
    found: dict[str, tuple[str, float | None]] = {}
    for prediction, plan, outcome in rows:
        if outcome is None or outcome["state"] == "verified":
            done = None if outcome is None else float(outcome["ended_at"])
            found[prediction] = (str(plan["variables"].get("link", "")), done)
    returns = _returns(ledger) if found else []
    return {
        name: Acted(done, None if done is None else _first_after(returns, link, done))
        for name, (link, done) in found.items()
    }


def waiting(ledger: Ledger, graded: Select[Any], limit: int, since: float) -> list[Prediction]:
    """Return predictions that are not graded yet, newest first.

    Args:
        ledger: Where they stand.
        graded: Query for the identifiers of those that are.
        limit: How many of the newest.
        since: Seconds since the epoch, from which on they are returned too; and so is every one
            for which something was done or is under way, however old it is.

    Raises:
        LedgerError: They cannot be read.
    """
    said = tables.predictions.c
    left = said.id.not_in(graded)
    newest = select(said.sequence).where(left).order_by(said.sequence.desc()).limit(limit)
    wanted = or_(said.sequence.in_(newest), said.time >= since, said.id.in_(_ACTED_ON))
    query = select(said.record).where(left, wanted).order_by(said.sequence.desc())
    return [Prediction.from_dict(record, "ledger") for (record,) in ledger.rows(query)]


def _returns(ledger: Ledger) -> list[tuple[str, float]]:
    """Return link and time of every return to service, in order."""
    playbook = _PLANS.c.record["playbook"].as_string() == "undrain_link"
    link = _PLANS.c.record["variables"]["link"].as_string()
    query = select(link, _OUTCOMES.c.time).select_from(_JOINED).where(_VERIFIED, playbook)
    return [(str(x), float(y)) for x, y in ledger.rows(query.order_by(_OUTCOMES.c.time))]


def _first_after(returns: Sequence[tuple[str, float]], link: str, since: float) -> float | None:
    return next((moment for name, moment in returns if name == link and moment >= since), None)
