"""The operator's policy: how sure, how loaded, how many, how long."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from forerunner.errors import InvalidData
from forerunner.schema import check

_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_SECONDS = {"type": "number", "exclusiveMinimum": 0}
_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "act_probability": _SHARE,
    "clear_probability": _SHARE,
    "horizon_s": _SECONDS,
    "cooldown_s": _SECONDS,
    "maximum_utilisation": _SHARE,
    "load_max_age_s": _SECONDS,
    "maximum_drained_links": {"type": "integer", "minimum": 0},
    "healthy_for_s": _SECONDS,
    "hold_factor": {"type": "number", "minimum": 1},
    "maximum_hold_s": _SECONDS,
    "plan_expires_s": _SECONDS,
}


@dataclass(frozen=True)
class Policy:
    """What an operator allows; the inventory's `remediation_policy`.

    Attributes:
        act_probability: Predicted probability of failure from which a link is drained, 0 to 1.
        clear_probability: Probability below which the same link may raise another prediction.
        horizon_s: Longest horizon, in seconds, that a prediction may have to be acted on.
        cooldown_s: Seconds between two predictions of the same link.
        maximum_utilisation: Utilisation, 0 to 1, that no link may pass for a drain's sake.
        load_max_age_s: Seconds after which a measured load counts as unknown.
        maximum_drained_links: Links that may be drained at the same time.
        healthy_for_s: Seconds that a link must be healthy before it returns to service.
        hold_factor: What each relapse multiplies those seconds by.
        maximum_hold_s: What they never grow beyond.
        plan_expires_s: Seconds after its prediction in which a plan may be applied.
    """

    act_probability: float
    clear_probability: float
    horizon_s: float
    cooldown_s: float
    maximum_utilisation: float
    load_max_age_s: float
    maximum_drained_links: int
    healthy_for_s: float
    hold_factor: float
    maximum_hold_s: float
    plan_expires_s: float

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str = "remediation_policy") -> Self:
        """Build the policy from the inventory's plain data.

        Raises:
            InvalidData: A field is unknown, missing or out of range; names `source` and the
                field, and for an unknown one the fields that there are.
        """
        known = [each.name for each in fields(cls)]
        schema = {"type": "object", "properties": _PROPERTIES, "required": known}
        for name in data if isinstance(data, Mapping) else ():
            if name not in known:
                problem = f"is no field of a policy; there are {', '.join(known)}"
                raise InvalidData(source, str(name), problem)
        check(data, schema, source)
        if data["clear_probability"] > data["act_probability"]:
            raise InvalidData(source, "clear_probability", "must not exceed act_probability")
        return cls(**data)
