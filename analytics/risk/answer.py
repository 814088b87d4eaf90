"""What the models in service say of every interface or device now, and what speaks for it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.answers.asked import Asked
from analytics.failure.risk import FailureRisk, Outlook
from analytics.registry import Registry
from analytics.risk.history import FAILURES, SPANS, STEP_S, Unit, chosen, units
from analytics.risk.kinds import Kind
from analytics.risk.service import in_service

_SHOWN = 3
# The last step may not be whole yet; what is older is not now.
_FRESH = 2


def risks(asked: Asked, book: Registry, kind: Kind) -> dict[str, Any]:
    """Return every unit's risk, the greatest first, as plain data.

    Args:
        asked: The store, and the span: a day tells how often a unit has failed of late.
        book: The registry.
        kind: Interfaces or devices.

    Raises:
        ForerunnerError: Nothing was polled in the span.
        NotFitted: No model is in service; names the command that learns one.
    """
    version, risk = in_service(book, kind)
    found = list(units(asked, kind))
    last = [_last(each) for each in found]
    every = np.array([each.rows[at] for each, at in zip(found, last, strict=True)])
    rows = chosen(every, kind, risk.columns_)
    outlook, reasons = risk.outlook(rows), _reasons(risk, kind, rows)
    said = [
        _row(each, at, outlook, place, reasons[place])
        for place, (each, at) in enumerate(zip(found, last, strict=True))
    ]
    said.sort(key=lambda row: -(row["probability"] or 0.0))
    model = f"{kind.model} {version}"
    return {"of": kind.name, "model": model, "horizon_s": risk.horizon_s, "rows": said}


def _last(unit: Unit) -> int:
    """Return the newest step of which it is known whether the unit was up."""
    known = np.flatnonzero(np.isfinite(unit.up))
    return int(known[-1]) if len(known) else len(unit.up) - 1


def _row(
    unit: Unit, at: int, outlook: Outlook, place: int, reasons: dict[str, float]
) -> dict[str, Any]:
    state = _state(unit, at, bool(outlook.abstained[place]))
    answered = state == "answered"
    return {
        "name": unit.name,
        "state": state,
        "probability": float(outlook.probability[place]) if answered else None,
        "seconds": float(outlook.seconds[place]) if answered else None,
        "novelty": float(outlook.novelty[place]) if np.isfinite(outlook.novelty[place]) else None,
        "reasons": reasons if answered else {},
        "seen_at": unit.start + (at + 1) * STEP_S,
    }


def _state(unit: Unit, at: int, abstained: bool) -> str:
    if len(unit.up) - 1 - at >= _FRESH:
        return "not polled"
    if unit.up[at] < 1:
        return "down"
    return "unlike what was learned" if abstained else "answered"


def _reasons(risk: FailureRisk, kind: Kind, rows: NDArray[np.float64]) -> list[dict[str, float]]:
    """Return of each row the measures without which its log odds would be least, and by how much.

    A forest is asked once a measure for all rows: what a call costs by itself is most of it.
    """
    measures, whole = (*kind.columns, FAILURES), risk.score(rows)
    gains = np.column_stack([whole - risk.score(_without(risk, rows, x)) for x in measures])
    found = []
    for row in gains.tolist():
        ranked = sorted(zip(measures, row, strict=True), key=lambda pair: -pair[1])
        found.append({name: round(gain, 2) for name, gain in ranked[:_SHOWN] if gain > 0})
    return found


def _without(risk: FailureRisk, rows: NDArray[np.float64], measure: str) -> NDArray[np.float64]:
    of_it = [name in {f"{measure}{span}" for span in SPANS} for name in risk.columns_]
    return np.where(of_it, np.nan, rows)
