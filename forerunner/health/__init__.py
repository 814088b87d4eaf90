"""Health: what the inventory declares to be so on each device, and whether it is."""

from forerunner.health.declaration import Check, Declared, declared_checks
from forerunner.health.finding import Finding, Observed, judge
from forerunner.health.operation import Health, check_health, describe, facts

__all__ = [
    "Check",
    "Declared",
    "Finding",
    "Health",
    "Observed",
    "check_health",
    "declared_checks",
    "describe",
    "facts",
    "judge",
]
