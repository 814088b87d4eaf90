"""Action of module flow_collection: hands its parameters to forerunner.collect, in this process."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.collect.flows import task
from forerunner.fleet.action import ControllerAction


class ActionModule(ControllerAction):
    """Start or stop collecting the routers' flows."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
        "directory": {"type": "path", "required": True},
        "telemetry": {"type": "str", "default": ""},
        "address": {"type": "str", "required": True},
        "collectors": {"type": "dict", "required": True},
        "rotation": {"type": "int", "default": 60},
        "site": {"type": "dict", "required": True},
        "lab": {"type": "str", "default": ""},
        "timeouts": {"type": "dict", "default": {}},
        "timeout": {"type": "int", "default": 30},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Bring the collection into the wanted state."""
        return task.start_or_stop(options, self.dry)
