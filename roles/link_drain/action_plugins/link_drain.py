"""Action of module link_drain: hands its parameters to forerunner.drain, in this process.

It runs on the controller without a module's own Python and copying: this is the fast path.
"""

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner import drain
from forerunner.errors import ForerunnerError
from forerunner.fleet import DeviceResult
from forerunner.fleet.inventory import device_results, devices_data

_REQUIRED = {"required": True}
ARGUMENT_SPEC = {
    "state": {"type": "str", "choices": ["drained", "in_service"], **_REQUIRED},
    "link": {"type": "str"},
    "plan_file": {"type": "path"},
    "token": {"type": "str", "default": "", "no_log": True},
    "links": {"type": "list", "elements": "dict", **_REQUIRED},
    "routers": {"type": "list", "elements": "str", **_REQUIRED},
    "limit": {"type": "list", "elements": "str", **_REQUIRED},
    "policy": {"type": "dict", **_REQUIRED},
    "agent_user": {"type": "str", **_REQUIRED},
    "agent_key_file": {"type": "path", **_REQUIRED},
    "snmp_file": {"type": "path", **_REQUIRED},
    "telemetry_directory": {"type": "path", **_REQUIRED},
    "directory": {"type": "path", **_REQUIRED},
    "restore_after": {"type": "float", "default": 20},
    "settle_timeout": {"type": "float", "default": 5},
    "probe_duration": {"type": "float", "default": 0.7},
    "probe_loss_maximum": {"type": "float", "default": 0.02},
    "return_unhealthy": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    """Drain a link or return it to service."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of it; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        hostvars = (task_vars or {})["hostvars"]
        try:
            given["devices"] = devices_data(hostvars, given.pop("routers"))
            report = drain.run(given, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        hosts = {name: DeviceResult(**each) for name, each in report["hosts"].items()}
        facts = {"device_results": device_results(hosts)}
        return {**result, **report, "msg": report["message"], "ansible_facts": facts}
