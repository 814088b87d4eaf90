"""What the ledger says was done for a prediction, and when the link came back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from forerunner.ledger import tables
from forerunner.ledger.ledger import Ledger

_PLANS, _OUTCOMES = tables.plans, tables.outcomes
_JOINED = _PLANS.outerjoin(_OUTCOMES, _PLANS.c.id == _OUTCOMES.c.plan)


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
    query = select(*columns).select_from(_JOINED).where(_PLANS.c.prediction.in_(predictions))
    found: dict[str, tuple[str, float | None]] = {}
    for prediction, plan, outcome in ledger.rows(query):
        if outcome is None or outcome["state"] == "verified":
            done = None if outcome is None else float(outcome["ended_at"])
            found[prediction] = (str(plan["variables"].get("link", "")), done)
    returns = _returns(ledger) if found else []
    return {
        name: Acted(done, None if done is None else _first_after(returns, link, done))
        for name, (link, done) in found.items()
    }


def _returns(ledger: Ledger) -> list[tuple[str, float]]:
    """Return link and time of every return to service, in order."""
    state = _OUTCOMES.c.record["state"].as_string() == "verified"
    playbook = _PLANS.c.record["playbook"].as_string() == "undrain_link"
    link = _PLANS.c.record["variables"]["link"].as_string()
    query = select(link, _OUTCOMES.c.time).select_from(_JOINED).where(state, playbook)
    return [(str(x), float(y)) for x, y in ledger.rows(query.order_by(_OUTCOMES.c.time))]


def _first_after(returns: Sequence[tuple[str, float]], link: str, since: float) -> float | None:
    return next((moment for name, moment in returns if name == link and moment >= since), None)
