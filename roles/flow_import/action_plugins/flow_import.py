"""Action of module flow_import: hands its parameters to forerunner.collect, in this process."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from forerunner.collect.flows import Config, import_flows
from forerunner.fleet.action import ControllerAction


class ActionModule(ControllerAction):
    """Bring what flow collectors have closed to the store."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "config": {"type": "path", "required": True},
        "keep_files": {"type": "float", "default": 24},
        "keep_days": {"type": "int", "default": 90},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Import, and let what is old go."""
        config = Config.read(Path(options["config"]))
        done = import_flows(config, options["keep_files"], options["keep_days"], self.dry)
        # A task that succeeds shows nothing.
        self._display.display(done.describe())
        changed = bool(done.files or done.removed)
        return {"changed": changed, "message": done.describe(), **asdict(done)}
