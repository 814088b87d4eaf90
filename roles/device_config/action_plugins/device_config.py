"""Action of module device_config: hands its parameters to forerunner.configure."""

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.configure import Configuration, configure
from forerunner.errors import ForerunnerError
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import device_results, devices_data
from forerunner.render import router_config, router_data

ARGUMENT_SPEC = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "network": {"type": "dict", "required": True},
    "allow_change": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}


def _configure(
    data: dict[str, dict[str, Any]], given: dict[str, Any], check: bool
) -> Configuration:
    devices = devices_from_data(data, "inventory")
    intended = {
        name: router_config(device.platform, router_data(name, given["network"]))
        for name, device in devices.items()
    }
    return configure(
        devices,
        intended,
        given["allow_change"],
        check,
        concurrency=given["concurrency"],
        timeout=given["timeout"],
    )


class ActionModule(ActionBase):
    """Bring many devices to the configuration that the inventory means for them."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            data = devices_data((task_vars or {})["hostvars"], given["devices"])
            done = _configure(data, given, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        hosts = {name: {**each.to_dict(), **each.data} for name, each in done.hosts.items()}
        facts = {"device_results": device_results(done.hosts)}
        left = [each.message for each in done.hosts.values() if each.data.get("drained")]
        report = {"changed": done.changed, "hosts": hosts, "diff": done.diff, "warnings": left}
        return {**result, **report, "ansible_facts": facts}
