"""Action of module config_restore: hands its parameters to forerunner.restore."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.configure import task
from forerunner.fleet.action import ControllerAction
from forerunner.restore import from_history


class ActionModule(ControllerAction):
    """Bring devices back to a point in their history."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        **task.ARGUMENT_SPEC,
        "devices": {"type": "list", "elements": "str", "required": True},
        "at": {"type": "str", "default": "latest"},
        "directory": {"type": "path", "required": True},
        "vault_password_file": {"type": "path", "required": True},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Restore."""
        return from_history(options, hostvars, self.dry)
