"""Action of module config_backup: hands its parameters to forerunner.backup, in this process."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.backup import back_up
from forerunner.errors import ForerunnerError
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import device_results, devices_data

ARGUMENT_SPEC = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "reason": {"type": "str", "default": "by hand"},
    "allow_shrink": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}


class ActionModule(ActionBase):
    """Back up the running configurations of many devices."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            data = devices_data((task_vars or {})["hostvars"], given["devices"])
            backup = back_up(
                devices_from_data(data, "inventory"),
                Path(given["directory"]),
                given["reason"],
                self._task.check_mode,
                given["allow_shrink"],
                concurrency=given["concurrency"],
                timeout=given["timeout"],
            )
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        hosts = {name: each.to_dict() for name, each in backup.hosts.items()}
        facts = {"device_results": device_results(backup.hosts)}
        report = {"changed": backup.changed, "commit": backup.commit, "hosts": hosts}
        return {**result, **report, "diff": backup.diff, "ansible_facts": facts}
