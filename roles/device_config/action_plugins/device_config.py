"""Action of module device_config: hands its parameters to forerunner.configure."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.configure import task
from forerunner.fleet.action import ControllerAction


class ActionModule(ControllerAction):
    """Bring many devices to the configuration that the inventory, or a plan, means for them."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        **task.ARGUMENT_SPEC,
        "devices": {"type": "list", "elements": "str", "required": True},
        "plan_file": {"type": "path"},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Configure."""
        return task.from_inventory_or_plan(options, hostvars, self.dry)
