"""Action of module telemetry_quality: hands its parameters to forerunner.store."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from forerunner.fleet import DeviceResult
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.report import counted, described, publish
from forerunner.store import Terms, assess


class ActionModule(BatchAction):
    """Say how far each device's telemetry can be relied on, without asking any device."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "report_directory": {"type": "path", "required": True},
        "metric": {"type": "str", "default": Terms.metric},
        "interval": {"type": "float", "default": Terms.interval_s},
        "window": {"type": "float", "default": Terms.window_s},
        "stale": {"type": "float", "default": Terms.stale_s},
        "complete": {"type": "float", "default": Terms.complete},
    }

    def work(self, given: Given) -> Batch:
        """Judge what is stored of each device, and write the report."""
        terms = Terms(
            *(given.options[name] for name in ("metric", "interval", "window", "stale", "complete"))
        )
        rows = assess(given.options["directory"], given.devices, terms)
        report = counted(map(asdict, rows))
        page = publish(Path(given.options["report_directory"]), "telemetry", report)
        said = {"msg": described(report, page), "report": str(page)}
        results = {
            row.host: DeviceResult("ok" if row.state == "good" else "failed", row.describe())
            for row in rows
        }
        return Batch(results, said)
