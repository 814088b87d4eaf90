"""Action of module device_results: lets a device fail, or be unreachable, as itself."""

from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

ARGUMENT_SPEC = {
    "status": {
        "type": "str",
        "choices": ["ok", "changed", "failed", "unreachable"],
        "required": True,
    },
    "message": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Report one device's part of what a batch did."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the device's message, or raise what its status stands for."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        if given["status"] == "unreachable":
            raise AnsibleConnectionFailure(given["message"])
        if given["status"] == "failed":
            raise AnsibleActionFail(given["message"])
        return {**result, "changed": False, "msg": given["message"]}
