"""Action of module sla_check: hands its parameters to forerunner.sla."""

import time
from pathlib import Path
from typing import Any, ClassVar

from forerunner import sla
from forerunner.errors import InvalidData
from forerunner.events import EventBook
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.report import publish
from forerunner.store import Store


class ActionModule(BatchAction):
    """Say which path keeps to what its class is promised, without measuring anything."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "paths": {"type": "list", "elements": "dict", "required": True},
        "classes": {"type": "list", "elements": "dict", "required": True},
        "directory": {"type": "path", "required": True},
        "report_directory": {"type": "path", "required": True},
        "samples": {"type": "int", "default": sla.Terms.samples},
        "violations": {"type": "int", "default": sla.Terms.violations},
        "stale": {"type": "float", "default": sla.Terms.stale_s},
    }

    def work(self, given: Given) -> Batch:
        """Judge what is stored of each path, note what is not kept, and write the report."""
        options, now = given.options, time.time()
        terms = sla.Terms(options["samples"], options["violations"], options["stale"])
        paths = sla.paths_from_data(options["paths"], options["classes"])
        chosen = [path for path in paths if path.source in given.devices]
        if not chosen:
            raise InvalidData("sla_check_paths", "", "none begins at a selected host; see --limit")
        judged = sla.check(Store(options["directory"]), chosen, terms, now)
        events = list(sla.events(judged, now, terms.stale_s))
        if not given.check:
            # A violation that lasts is one incident, for as long as it is measured.
            EventBook(quiet_s=terms.stale_s).note(events)
        report = sla.facts(judged)
        page = publish(Path(options["report_directory"]), "sla", report)
        counts = ", ".join(f"{number} {state}" for state, number in report["counts"].items())
        said = {"msg": [f"{len(chosen)} paths: {counts}", f"report: {page}"], "report": str(page)}
        results = sla.device_results(judged, list(given.devices))
        return Batch(results, {**said, "events": len(events)})
