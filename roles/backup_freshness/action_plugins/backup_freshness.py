"""Action of module backup_freshness: hands its parameters to forerunner.backup."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.backup import assess
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.report import counted, described, publish


class ActionModule(BatchAction):
    """Say how old each device's last good backup is, without asking any device."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "maximum_age": {"type": "float", "required": True},
        "report_directory": {"type": "path", "required": True},
    }

    def work(self, given: Given) -> Batch:
        """Judge what is remembered of each device, and write the report."""
        options = given.options
        rows = assess(Path(options["directory"]), options["maximum_age"], given.devices)
        report = counted(row.to_dict() for row in rows)
        page = publish(Path(options["report_directory"]), "backups", report)
        said = {"msg": described(report, page), "report": str(page)}
        return Batch({row.host: row.result for row in rows}, said)
