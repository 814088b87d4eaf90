"""Action of module config_restore: hands its parameters to forerunner.restore."""

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.configure import task
from forerunner.errors import ForerunnerError
from forerunner.restore import from_history

ARGUMENT_SPEC = {
    **task.ARGUMENT_SPEC,
    "devices": {"type": "list", "elements": "str", "required": True},
    "at": {"type": "str", "default": "latest"},
    "directory": {"type": "path", "required": True},
    "vault_password_file": {"type": "path", "required": True},
}


class ActionModule(ActionBase):
    """Bring devices back to a point in their history."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            done = from_history(given, (task_vars or {})["hostvars"], self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, **done}
