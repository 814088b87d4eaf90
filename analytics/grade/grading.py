"""What a grade is: a prediction, what happened, and what acting on it cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from forerunner.schema import check

Verdict = Literal["right", "false_alarm", "unknown"]
PLAYBOOKS: Mapping[str, str] = {"link_failure": "drain_link", "link_recovery": "undrain_link"}
"""The playbook that a kind of prediction calls for."""

NOT_LOOKED_AT = "not looked at yet"
"""Why a prediction has no verdict whose link nobody asked the store about."""

_STRING = {"type": "string", "minLength": 1}
_COUNT = {"type": ["integer", "null"], "minimum": 0}
_SECONDS = {"type": ["number", "null"], "minimum": 0}
_PROPERTIES: Mapping[str, Any] = {
    "prediction": _STRING,
    "kind": {"enum": list(PLAYBOOKS)},
    "target": _STRING,
    "model": _STRING,
    "probability": {"type": "number", "minimum": 0, "maximum": 1},
    "made_at": {"type": "number"},
    "verdict": {"enum": ["right", "false_alarm", "unknown"]},
    "settled": {"type": "boolean"},
    "lead_s": _SECONDS,
    "acted": {"type": "boolean"},
    "cost": {
        "type": "object",
        "properties": {"lost_before": _COUNT, "lost_after": _COUNT, "service_s": _SECONDS},
        "required": ["lost_before", "lost_after", "service_s"],
        "additionalProperties": False,
    },
    "why": _STRING,
}
_SCHEMA = {
    "type": "object",
    "properties": _PROPERTIES,
    "required": list(_PROPERTIES),
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Terms:
    """What counts as a fault, as loss and as seen; fixed in docs/predictions/grading.md.

    Attributes:
        hole_s: Seconds without an answer, one after the other, that are a fault.
        hole_share: Share of a probing interval's packets, 0 to 1, whose loss is no answer.
        lossy_share: Share of a second's packets, 0 to 1, from which it is a lossy second.
        lossy_seconds: Lossy seconds within `lossy_within_s` that are loss.
        lossy_within_s: See there. A single burst, which is harmless, never fills as many.
        covered: Share of the horizon's seconds, 0 to 1, that must have been probed before a
            link may be called healthy.
        slack_s: Seconds after the horizon in which what was measured may still be on its way.
    """

    hole_s: float = 1.0
    hole_share: float = 0.9
    lossy_share: float = 0.05
    lossy_seconds: int = 3
    lossy_within_s: int = 10
    covered: float = 0.9
    slack_s: float = 5.0


@dataclass(frozen=True)
class Cost:
    """What a prediction cost; None where it cannot be told.

    Attributes:
        lost_before: Probe packets that the link lost from a horizon before the prediction until
            the act had ended, or until the horizon's end where nobody acted.
        lost_after: Probe packets that it lost from then until the horizon's end: what traffic
            would have shared, had it still been there.
        service_s: Seconds that the link was out of service for it.
    """

    lost_before: int | None
    lost_after: int | None
    service_s: float | None


@dataclass(frozen=True)
class Grade:
    """A prediction and what happened.

    Attributes:
        prediction: Its identifier.
        kind: As of the prediction.
        target: Name of the link.
        model: As of the prediction.
        probability: The same, 0 to 1.
        made_at: Seconds since the epoch.
        verdict: `right`, `false_alarm`, or `unknown`, which counts as neither.
        settled: Whether the verdict can no longer change.
        lead_s: Seconds from the prediction to the fault; None where none was seen.
        acted: Whether a plan for it was carried out, or has begun.
        cost: What it cost.
        why: The verdict in words.
    """

    prediction: str
    kind: str
    target: str
    model: str
    probability: float
    made_at: float
    verdict: Verdict
    settled: bool
    lead_s: float | None
    acted: bool
    cost: Cost
    why: str

    @property
    def playbook(self) -> str:
        """Return the playbook that the prediction calls for."""
        return PLAYBOOKS[self.kind]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], source: str = "grade") -> Self:
        """Build a grade from plain data.

        Raises:
            InvalidData: A field does not fit; names `source` and the field.
        """
        check(data, _SCHEMA, source)
        return cls(**{**data, "cost": Cost(**data["cost"])})
