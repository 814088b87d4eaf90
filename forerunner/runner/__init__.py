"""Playbooks run by ansible-runner; the only place that imports it."""

from forerunner.runner.arguments import UnknownPlaybook, Value
from forerunner.runner.job import Job, cancel_all, run
from forerunner.runner.result import HostResult, RunEvent, RunResult, RunStatus

__all__ = [
    "HostResult",
    "Job",
    "RunEvent",
    "RunResult",
    "RunStatus",
    "UnknownPlaybook",
    "Value",
    "cancel_all",
    "run",
]
