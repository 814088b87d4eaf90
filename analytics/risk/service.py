"""The models of risk in the registry: learned anew, promoted or kept, and loaded by their pin."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import Any

from analytics.answers.asked import Asked
from analytics.estimator import NotFitted
from analytics.failure.risk import FailureRisk
from analytics.registry import Registry
from analytics.registry.compare import compare
from analytics.registry.store import Origin
from analytics.risk.history import STEP_S, TooFew, Unit, chosen, columns, units
from analytics.risk.kinds import KINDS, Kind
from analytics.risk.learning import Learned, Marks, learn
from forerunner.errors import InvalidData

HORIZON_S = 3600.0
"""Seconds ahead that are judged where nobody says otherwise."""


@dataclass(frozen=True)
class Renewed:
    """What became of a model that was learned anew.

    Attributes:
        version: Under which it is kept.
        promoted: Whether it is in service.
        reason: Why, with the figures.
        metrics: Its figures on the time that it has not seen.
    """

    version: str
    promoted: bool
    reason: str
    metrics: Mapping[str, float]


def renew(book: Registry, kind: Kind, found: Iterable[Unit], horizon_s: float, who: str) -> Renewed:
    """Learn from recorded units, and put the model in service where it is better.

    The first of its kind has to be better than the usual share of failures, said of every unit;
    every other one better than the one in service, on the same newest quarter of the time.

    Raises:
        TooFew: Too few failures were recorded.
        InvalidData: The files of the model in service were altered.
    """
    learned = learn(kind, found, horizon_s)
    before, old = _serving(book, kind, horizon_s)
    if before and book.entry(kind.model, before).data_sha256 == learned.digest:
        same = book.entry(kind.model, before).metrics
        return Renewed(before, False, "kept: it learned from the same, and is in service", same)
    new, base = _marks(learned, kind, learned.risk), learned.judged.base
    was = base if old is None else _marks(learned, kind, old)
    verdict = compare(new.losses, was.losses, new.gap, was.gap)
    metrics = _metrics(new, base)
    version = _keep(book, kind, learned, metrics)
    against = f"against {before or 'the usual share of failures'}"
    reason = f"{verdict.reason}, {against}"
    if verdict.promote:
        book.promote(kind.model, version, who, reason)
    return Renewed(version, verdict.promote, reason, metrics)


def _marks(learned: Learned, kind: Kind, risk: FailureRisk) -> Marks:
    rows = chosen(learned.judged.rows.table, kind, risk.columns_)
    return learned.judged.marks(risk.predict(rows))


def renew_all(book: Registry, asked: Asked, who: str) -> dict[str, str]:
    """Renew the models of all kinds, and return by kind what became of each, in words.

    Args:
        book: The registry.
        asked: The store, and the span that is learned from.
        who: For the history.

    Raises:
        InvalidData: The files of a model in service were altered.
        StoreError: A file of the telemetry store is damaged.
    """
    return {kind.model: _renewed(book, asked, kind, who) for kind in KINDS.values()}


def _renewed(book: Registry, asked: Asked, kind: Kind, who: str) -> str:
    try:
        found = renew(book, kind, units(asked, kind), HORIZON_S, who)
    except TooFew as error:
        return f"not learned, {error}"
    return f"{found.version} {'is in service' if found.promoted else 'is kept'}: {found.reason}"


def in_service(book: Registry, kind: Kind) -> tuple[str, FailureRisk]:
    """Return the version in service and its model, from the bytes that its pin was compared with.

    Raises:
        NotFitted: None is in service; names the command that learns one.
        InvalidData: It was altered, or is of an older form.
    """
    if book.service(kind.model) is None:
        problem = f"no model of {kind.name}s is in service"
        raise NotFitted(f"{problem}; make it: python -m analytics risk learn --of {kind.name}")
    version, states = book.in_service(kind.model)
    source = f"{kind.model} {version}"
    state: Any = json.loads(states[f"{kind.model}.json"])
    risk = FailureRisk.from_state(state, source)
    if not set(risk.columns_) <= set(columns(kind)):
        raise InvalidData(source, "columns", "are of an older form; learn again")
    return version, risk


def _serving(book: Registry, kind: Kind, horizon_s: float) -> tuple[str, FailureRisk | None]:
    """Return the model to compare with; none where there is none of this horizon and form."""
    if book.service(kind.model) is None:
        return "", None
    try:
        version, risk = in_service(book, kind)
    except InvalidData:
        # Whole, or `in_service` of the registry had refused it, and of another form.
        book.in_service(kind.model)
        return "", None
    return (version, risk) if risk.horizon_s == horizon_s else ("", None)


def _metrics(new: Marks, base: Marks) -> dict[str, float]:
    skill, low, high = new.skill(base)
    return {
        "brier": float(new.losses.mean()),
        "brier_usual": float(base.losses.mean()),
        "skill": skill,
        "skill_low": low,
        "skill_high": high,
        "calibration_gap": new.gap,
        "answered": new.answered,
    }


def _keep(book: Registry, kind: Kind, learned: Learned, metrics: dict[str, float]) -> str:
    card = {
        "predicts": f"that a {kind.name} fails within {learned.risk.horizon_s:g} s",
        "step_s": STEP_S,
        "rows": len(learned.judged.rows.table),
        "failures": dict(zip(("learned", "judged"), learned.failures, strict=True)),
        "usual": learned.judged.usual,
    }
    origin = Origin(learned.digest, f"forerunner {installed('forerunner')}", metrics, card)
    content = json.dumps(learned.risk.state()).encode()
    return book.add(kind.model, {f"{kind.model}.json": content}, origin).version
