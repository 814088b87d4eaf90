"""Action of module config_drift: hands its parameters to forerunner.drift."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.drift import check_drift, describe, facts, offer_plan
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.render import meant
from forerunner.report import publish


class ActionModule(BatchAction):
    """Compare what many devices run with what the inventory means for them."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "network": {"type": "dict", "required": True},
        "report_directory": {"type": "path", "required": True},
        "plan_directory": {"type": "path"},
        "plan_valid_for": {"type": "float", "default": 3600},
    }

    def work(self, given: Given) -> Batch:
        """Compare, offer a plan, and write the report."""
        options = given.options
        text = meant(given.hostvars, given.devices, options["network"])
        found = check_drift(given.devices, lambda device: text(device.name), **given.limits)
        plans = options["plan_directory"]
        plan = offer_plan(Path(plans), found, options["plan_valid_for"]) if plans else None
        report = facts(found, plan)
        page = publish(Path(options["report_directory"]), "drift", report)
        results = {name: each.result for name, each in found.items()}
        said = {"msg": describe(report, page), "report": str(page)}
        hosts = {each["name"]: each for each in report["devices"]}
        return Batch(results, {**said, "plan": str(plan) if plan else "", "hosts": hosts})
