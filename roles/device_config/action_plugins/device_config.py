"""Action of module device_config: hands its parameters to forerunner.configure."""

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.configure import task
from forerunner.errors import ForerunnerError

ARGUMENT_SPEC = {
    **task.ARGUMENT_SPEC,
    "devices": {"type": "list", "elements": "str", "required": True},
    "plan_file": {"type": "path"},
}


class ActionModule(ActionBase):
    """Bring many devices to the configuration that the inventory, or a plan, means for them."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        variables = (task_vars or {})["hostvars"]
        try:
            done = task.from_inventory_or_plan(given, variables, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, **done}
