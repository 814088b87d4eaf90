"""Drift: what devices run, compared by meaning with what the inventory means for them."""

from forerunner.drift.comparison import Drift, State, check_drift
from forerunner.drift.remedy import describe, facts, offer_plan

__all__ = ["Drift", "State", "check_drift", "describe", "facts", "offer_plan"]
