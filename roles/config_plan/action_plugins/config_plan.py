"""Action of module config_plan: hands its parameters to forerunner.configure.planning."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.configure.planning import Limits, Planning, Terms, make_plan
from forerunner.configure.planning_report import differences, report
from forerunner.errors import ForerunnerError
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import device_results, devices_data
from forerunner.render import router_config, router_data

ARGUMENT_SPEC = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "network": {"type": "dict", "required": True},
    "directory": {"type": "path", "required": True},
    "reason": {"type": "str", "default": "by hand"},
    "valid_for": {"type": "float", "default": 86400},
    "skip_unreachable": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 50},
    "shadows": {"type": "int", "default": 0},
    "timeout": {"type": "float", "default": 60},
}


def _plan(data: dict[str, dict[str, Any]], given: dict[str, Any], check: bool) -> Planning:
    devices = devices_from_data(data, "inventory")
    intended = {
        name: router_config(device.platform, router_data(name, given["network"]))
        for name, device in devices.items()
    }
    skip = given["skip_unreachable"]
    terms = Terms(Path(given["directory"]), given["reason"], given["valid_for"], check, skip)
    limits = Limits(given["concurrency"], given["timeout"], given["shadows"])
    return make_plan(devices, intended, terms, limits)


class ActionModule(ActionBase):
    """Foretell what a change of many devices would do, and write it down as a plan."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what would become of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            data = devices_data((task_vars or {})["hostvars"], given["devices"])
            made = _plan(data, given, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        facts = {"device_results": device_results(made.hosts)}
        shown = differences(made) if self._task.diff else []
        return {
            **result,
            "changed": made.written or (self._task.check_mode and bool(made.differing)),
            "hosts": {name: each.to_dict() for name, each in made.hosts.items()},
            "plan": {"id": made.opened.plan.id, "hash": made.opened.plan.hash}
            if made.opened
            else {},
            "report": report(made, with_differences=not shown),
            "diff": shown,
            "ansible_facts": facts,
        }
