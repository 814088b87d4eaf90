"""Action of module inventory_import: hands its parameters to forerunner.adopt, in this process."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.adopt import Terms, adopt
from forerunner.fleet.action import Batch, BatchAction, Given


class ActionModule(BatchAction):
    """Take the running configuration of many devices over into an inventory."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "allow_partial": {"type": "bool", "default": False},
        "allow_overwrite": {"type": "bool", "default": False},
    }

    def work(self, given: Given) -> Batch:
        """Take over."""
        options = given.options
        terms = Terms(given.check, options["allow_partial"], options["allow_overwrite"])
        done = adopt(given.devices, Path(options["directory"]), terms, **given.limits)
        said = [each.message for each in done.hosts.values() if each.succeeded and each.message]
        return Batch(done.hosts, {"changed": done.changed, "diff": done.diff, "warnings": said})
