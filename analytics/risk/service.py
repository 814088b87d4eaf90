"""The models of risk in the registry: learned anew, promoted or kept, and loaded by their pin."""

import json
from collections.abc import Iterable

from analytics.answers.asked import Asked
from analytics.estimator import NotFitted
from analytics.failure.risk import FailureRisk
from analytics.registry import Registry
from analytics.registry.code import code_version
from analytics.registry.compare import Marks, compare
from analytics.registry.contest import Renewal, enter
from analytics.registry.store import Origin
from analytics.risk.history import STEP_S, TooFew, Unit, bounded, chosen, columns, units
from analytics.risk.kinds import KINDS, Kind
from analytics.risk.learning import Learned, learn, skill
from forerunner.errors import InvalidData

HORIZON_S = 3600.0
"""Seconds ahead that are judged where nobody says otherwise."""


def renew(book: Registry, kind: Kind, found: Iterable[Unit], horizon_s: float, who: str) -> Renewal:
    """Learn from recorded units, and put the model in service where it is better.

    The first of its kind has to be better than the usual share of failures, said of every unit;
    every other one better than the one in service, on the same newest quarter of the time.

    Raises:
        TooFew: Too few failures were recorded.
        InvalidData: The files of the model in service were altered.
    """
    learned = learn(kind, found, horizon_s)
    new, base = _marks(learned, kind, learned.risk), learned.judged.base
    against = compare(new, base)

    def judge(serving: bytes | None) -> tuple[bool, str]:
        if (old := _comparable(serving, kind, horizon_s)) is None:
            return against.promote, f"{against.reason}, against the usual share of failures"
        verdict = compare(new, _marks(learned, kind, old))
        return verdict.promote, verdict.reason

    return enter(book, kind.model, _made(kind, learned, _metrics(new, base)), who, judge)


def _comparable(serving: bytes | None, kind: Kind, horizon_s: float) -> FailureRisk | None:
    """Return the model in service; None where it is none of this form and this horizon."""
    try:
        old = None if serving is None else _read(serving, kind, "the one in service")
    except InvalidData:
        return None
    return old if old and old.horizon_s == horizon_s else None


def renew_all(book: Registry, asked: Asked, who: str) -> dict[str, Renewal | TooFew]:
    """Renew the models of all kinds, and return by model what became of each.

    Args:
        book: The registry.
        asked: The store, and the span that is learned from.
        who: For the history.

    Raises:
        InvalidData: The files of a model in service were altered.
        StoreError: A file of the telemetry store is damaged.
    """
    return {kind.model: _renewed(book, asked, kind, who) for kind in KINDS.values()}


def _renewed(book: Registry, asked: Asked, kind: Kind, who: str) -> Renewal | TooFew:
    try:
        return renew(book, kind, units(bounded(asked, kind), kind), HORIZON_S, who)
    except TooFew as error:
        return error


def told(model: str, found: Renewal | TooFew) -> str:
    """Return in words what became of a model."""
    if isinstance(found, TooFew):
        return f"{model}: not learned, {found}"
    return f"{model} {found.version}: {found.reason}"


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
    return version, _read(states[f"{kind.model}.json"], kind, f"{kind.model} {version}")


def _read(content: bytes, kind: Kind, source: str) -> FailureRisk:
    risk = FailureRisk.from_state(json.loads(content), source)
    if not set(risk.columns_) <= set(columns(kind)):
        raise InvalidData(source, "columns", "are of an older form; learn again")
    return risk


def _marks(learned: Learned, kind: Kind, risk: FailureRisk) -> Marks:
    rows = chosen(learned.judged.rows.table, kind, risk.columns_)
    return learned.judged.marks(risk.predict(rows))


def _metrics(new: Marks, base: Marks) -> dict[str, float]:
    found, low, high = skill(new, base)
    briers = {"brier": float(new.losses.mean()), "brier_usual": float(base.losses.mean())}
    skills = {"skill": found, "skill_low": low, "skill_high": high}
    return {**briers, **skills, "calibration_gap": new.gap}


def _made(kind: Kind, learned: Learned, metrics: dict[str, float]) -> tuple[bytes, Origin]:
    card = {
        "predicts": f"that a {kind.name} fails within {learned.risk.horizon_s:g} s",
        "step_s": STEP_S,
        "rows": len(learned.judged.rows.table),
        "failures": dict(zip(("learned", "judged"), learned.failures, strict=True)),
        "usual": learned.judged.usual,
    }
    origin = Origin(learned.digest, code_version(), metrics, card)
    return json.dumps(learned.risk.state()).encode(), origin
