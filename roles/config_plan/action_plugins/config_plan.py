"""Action of module config_plan: hands its parameters to forerunner.configure.planning."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.configure.planning import Limits, Planning, Terms, make_plan
from forerunner.configure.planning_report import differences, report
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.render import meant


def _plan(given: Given) -> Planning:
    options = given.options
    text = meant(given.hostvars, given.devices, options["network"])
    intended = {name: text(name) for name in given.devices}
    skip = options["skip_unreachable"]
    terms = Terms(
        Path(options["directory"]), options["reason"], options["valid_for"], given.check, skip
    )
    limits = Limits(options["concurrency"], options["timeout"], options["shadows"])
    return make_plan(given.devices, intended, terms, limits)


class ActionModule(BatchAction):
    """Foretell what a change of many devices would do, and write it down as a plan."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "network": {"type": "dict", "required": True},
        "directory": {"type": "path", "required": True},
        "reason": {"type": "str", "default": "by hand"},
        "valid_for": {"type": "float", "default": 86400},
        "skip_unreachable": {"type": "bool", "default": False},
        "shadows": {"type": "int", "default": 0},
    }

    def work(self, given: Given) -> Batch:
        """Foretell, and write the plan down."""
        made = _plan(given)
        shown = differences(made) if self._task.diff else []
        plan = made.opened.plan if made.opened else None
        said = {
            "changed": made.written or (given.check and bool(made.differing)),
            "plan": {"id": plan.id, "hash": plan.hash} if plan else {},
            "report": report(made, with_differences=not shown),
            "diff": shown,
        }
        return Batch(made.hosts, said)
