"""From a prediction to an outcome: decide, plan, act, record; also with a drain that waits."""

from forerunner.remediate.act import OnEvent, remediate
from forerunner.remediate.standby import StandbyLost, stand_by, standing_by

__all__ = ["OnEvent", "StandbyLost", "remediate", "stand_by", "standing_by"]
