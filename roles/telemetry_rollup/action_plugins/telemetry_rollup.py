"""Action of module telemetry_rollup: hands its parameters to forerunner.store, in this process."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.store import Keep, RollUps


class ActionModule(ControllerAction):
    """Roll the telemetry store up, and let what is old go."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "keep": {
            "type": "dict",
            "default": {},
            "apply_defaults": True,
            "options": {
                "samples": {"type": "int", "default": Keep.samples},
                "minute": {"type": "int", "default": Keep.minute},
                "hour": {"type": "int", "default": Keep.hour},
            },
        },
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Make what is missing, then remove what is old."""
        rolled, dry = RollUps(options["directory"]), self.dry
        keep = Keep(**options["keep"])
        made, removed = rolled.roll_up(dry), rolled.forget(keep, dry=dry)
        would = "would be " if dry else ""
        message = f"{len(made)} days {would}rolled up, {len(removed)} {would}removed"
        # A task that succeeds shows nothing.
        self._display.display(message)
        return {
            "changed": bool(made or removed),
            "message": message,
            "made": len(made),
            "removed": len(removed),
        }
