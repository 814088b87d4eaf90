"""Action of module subscriber_lab: starts or stops the lab's subscriber systems."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.subscriber_lab import task


class ActionModule(ControllerAction):
    """Start or stop them."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "index": {"type": "int", "required": True},
        "directory": {"type": "path", "required": True},
        "systems": {"type": "list", "elements": "str", "required": True},
        "timeout": {"type": "int", "default": 30},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Bring them into the wanted state."""
        return task.start_or_stop(options, self.dry)
