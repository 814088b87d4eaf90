"""Action of module inventory_import: hands its parameters to forerunner.adopt, in this process."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.adopt import Terms, adopt
from forerunner.errors import ForerunnerError
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import device_results, devices_data

ARGUMENT_SPEC = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "allow_partial": {"type": "bool", "default": False},
    "allow_overwrite": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}


def _import(hostvars: Any, given: dict[str, Any], check: bool) -> dict[str, Any]:
    done = adopt(
        devices_from_data(devices_data(hostvars, given["devices"]), "inventory"),
        Path(given["directory"]),
        Terms(check, given["allow_partial"], given["allow_overwrite"]),
        concurrency=given["concurrency"],
        timeout=given["timeout"],
    )
    return {
        "changed": done.changed,
        "hosts": {name: result.to_dict() for name, result in done.hosts.items()},
        "diff": done.diff,
        "warnings": [
            each.message for each in done.hosts.values() if each.succeeded and each.message
        ],
        "ansible_facts": {"device_results": device_results(done.hosts)},
    }


class ActionModule(ActionBase):
    """Take the running configuration of many devices over into an inventory."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            return result | _import((task_vars or {})["hostvars"], given, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
