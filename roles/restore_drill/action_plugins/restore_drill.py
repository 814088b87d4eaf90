"""Action of module restore_drill: hands its parameters to forerunner.restore."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.configure import task
from forerunner.fleet.action import ControllerAction
from forerunner.restore import run_drill


class ActionModule(ControllerAction):
    """Wipe a router that may be wiped, restore it, and prove its neighbours."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        **task.ARGUMENT_SPEC,
        "devices": {"type": "list", "elements": "str", "required": True},
        "expendable": {"type": "bool", "default": False},
        "allow_wipe": {"type": "bool", "default": False},
        "directory": {"type": "path", "required": True},
        "vault_password_file": {"type": "path", "required": True},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Drill."""
        return run_drill(options, hostvars, self.dry)
