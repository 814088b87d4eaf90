"""What a playbook may do by itself: a ladder that its graded record climbs and falls from.

observe: the prediction is written down, no more. recommend: what would be done is posted too.
approve: a plan is made and waits for somebody's word. act: the plan is carried out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self, get_args

from analytics.grade.grading import PLAYBOOKS
from analytics.grade.record import Record
from forerunner.errors import InvalidData
from forerunner.schema import check

Level = Literal["observe", "recommend", "approve", "act"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the least on."""

_BOUND = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
_TEXT = {"type": "string", "minLength": 1, "maxLength": 300}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}


def _object(optional: Mapping[str, Any] | None = None, **required: Any) -> dict[str, Any]:
    properties = {**(optional or {}), **required}
    rest = {"required": list(required), "additionalProperties": False}
    return {"type": "object", "properties": properties, **rest}


_GRANT = _object(
    playbook={"enum": sorted(PLAYBOOKS.values())},
    level={"enum": list(LEVELS)},
    who=_TEXT,
    why=_TEXT,
    since=_DATE,
    until=_DATE,
    false_alarms={"type": "integer", "minimum": 0, "maximum": 1000},
)
_SCHEMA = _object(
    optional={"enforced": {"type": "boolean"}},
    window={"type": "integer", "minimum": 5, "maximum": 10_000},
    confidence={"type": "number", "minimum": 0.5, "exclusiveMaximum": 1},
    lower_bounds=_object(recommend=_BOUND, approve=_BOUND, act=_BOUND),
    predictions_per_link_hour={"type": "number", "exclusiveMinimum": 0, "maximum": 1000},
    unproven_acts={"type": "integer", "minimum": 1, "maximum": 1000},
    grants={"type": "array", "items": _GRANT},
)


@dataclass(frozen=True)
class Grant:
    """A person's word for a level that a playbook has not earned yet.

    Attributes:
        playbook: Which one.
        level: Up to where.
        who: Who answers for it.
        why: For what reason.
        since: Seconds since the epoch; false alarms from then on count against it.
        until: Seconds since the epoch at which it ends.
        false_alarms: How many it bears; each further one takes one rung of it.
    """

    playbook: str
    level: Level
    who: str
    why: str
    since: float
    until: float
    false_alarms: int


@dataclass(frozen=True)
class Ladder:
    """What each level asks for; the inventory's `remediation_autonomy`.

    Attributes:
        enforced: Whether what may not act is held back, which it is unless the inventory says
            otherwise; else it is only told by `python -m analytics grade`.
        window: Newest graded predictions that count.
        confidence: Of the lower bound, 0 to 1.
        lower_bounds: Least lower bound of the precision by level; `observe` asks for nothing.
        predictions_per_link_hour: Predictions of failures that a link may have in an hour; clearly
            more of them than that are a model, or inputs, gone wrong.
        unproven_acts: Acts whose link has shown nothing yet that proves them right, up to which
            another one may be added. What is not graded yet cannot take autonomy away, so this
            bounds what a model does between its first bad act and the grade of it.
        grants: What persons have granted.
    """

    enforced: bool
    window: int
    confidence: float
    lower_bounds: Mapping[str, float]
    predictions_per_link_hour: float
    unproven_acts: int
    grants: tuple[Grant, ...]

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str = "remediation_autonomy") -> Self:
        """Build the ladder from the inventory's plain data.

        Raises:
            InvalidData: Names `source`, the field and what it may be.
        """
        check(data, _SCHEMA, source)
        bounds = [data["lower_bounds"][level] for level in LEVELS[1:]]
        if bounds != sorted(bounds):
            problem = "recommend must not ask for more than approve, nor approve for more than act"
            raise InvalidData(source, "lower_bounds", problem)
        grants = tuple(
            _grant(each, source, f"grants[{index}]") for index, each in enumerate(data["grants"])
        )
        names = [each.playbook for each in grants]
        for name in names:
            if names.count(name) > 1:
                raise InvalidData(source, "grants", f"{name} has more than one; leave one of them")
        return cls(**{"enforced": True, **data, "grants": grants})

    def grant(self, playbook: str) -> Grant | None:
        """Return what a person has granted to a playbook."""
        return next((each for each in self.grants if each.playbook == playbook), None)


@dataclass(frozen=True)
class Autonomy:
    """What a playbook may do by itself.

    Attributes:
        level: Up to where.
        reason: In words: the evidence, the threshold, and what else was looked at.
    """

    level: Level
    reason: str

    def allows(self, level: Level) -> bool:
        """Return whether a level is reached."""
        return LEVELS.index(self.level) >= LEVELS.index(level)


def autonomy(record: Record, ladder: Ladder, now: float, drift: str = "") -> Autonomy:
    """Return what a playbook may do by itself: the higher of what it earned and was granted.

    Args:
        record: Its graded predictions.
        ladder: What each level asks for.
        now: Seconds since the epoch.
        drift: Why the model, or what it is given, is unlike what was promised; empty when neither
            is.
    """
    earned, by_record = _earned(record, ladder)
    granted, by_grant = _granted(record, ladder.grant(record.playbook), now)
    rung, why = max(earned, granted), f"{by_record}; {by_grant}"
    for cap, reason in _caps(record, ladder, drift):
        if rung > cap:
            rung, why = cap, f"{reason}; otherwise: {why}"
    return Autonomy(LEVELS[rung], f"{record.playbook} may {LEVELS[rung]}: {why}")


def _earned(record: Record, ladder: Ladder) -> tuple[int, str]:
    newest = record.window[: ladder.window]
    bound = record.lower_bound(ladder.window, ladder.confidence)
    rungs = [
        rung
        for rung, level in enumerate(LEVELS)
        if rung == 0 or bound >= ladder.lower_bounds[level]
    ]
    facts = f"{sum(newest)} of the newest {len(newest)} graded were right"
    said = f"{facts}, so at least {bound:.0%} with {ladder.confidence:.0%} confidence"
    following = rungs[-1] + 1
    if following < len(LEVELS):
        level = LEVELS[following]
        said += f" ({level} asks for {ladder.lower_bounds[level]:.0%})"
    return rungs[-1], said if newest else "nothing is graded yet"


def _granted(record: Record, grant: Grant | None, now: float) -> tuple[int, str]:
    if grant is None:
        return 0, "nobody has granted it anything"
    word = f"{grant.who}'s grant of {grant.level} ({grant.why})"
    if not grant.since <= now < grant.until:
        side = "has ended" if now >= grant.until else "has not begun"
        return 0, f"{word} {side}"
    against = sum(moment >= grant.since for moment in record.false_alarms_at)
    taken = max(0, against - grant.false_alarms)
    left = max(0, LEVELS.index(grant.level) - taken)
    if not taken:
        return left, f"{word} holds"
    count = f"{against} false alarm{'s' if against > 1 else ''} since it was given"
    return (
        left,
        f"{word} has come down to {LEVELS[left]}: {count}, and it bears {grant.false_alarms}",
    )


def _caps(record: Record, ladder: Ladder, drift: str) -> list[tuple[int, str]]:
    approve = LEVELS.index("approve")
    caps = [(approve, f"the model or its inputs have drifted: {drift}")] if drift else []
    if record.unproven >= ladder.unproven_acts:
        acts = f"{record.unproven} act{'s' if record.unproven > 1 else ''}"
        reason = f"{acts} of it not proven right yet (unproven_acts {ladder.unproven_acts})"
        caps.append((approve, reason))
    return caps


def _grant(data: Mapping[str, Any], source: str, field: str) -> Grant:
    since = _day(data["since"], source, f"{field}.since")
    until = _day(data["until"], source, f"{field}.until") + timedelta(days=1).total_seconds()
    if until <= since:
        raise InvalidData(source, f"{field}.until", "lies before since")
    return Grant(**{**data, "since": since, "until": until})


def _day(text: str, source: str, field: str) -> float:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise InvalidData(source, field, f"{text!r} is no day; write 2026-12-31") from error
