"""Action of module topology_check: hands its parameters to forerunner.evidence."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.collect.snmp import Credentials
from forerunner.evidence.operation import Stated, check_topology, describe, facts, keep
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.report import publish
from forerunner.topology import Topology


class ActionModule(BatchAction):
    """Compare what many routers see of each other with the inventory's links."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "links": {"type": "list", "elements": "dict", "required": True},
        "router_ids": {"type": "dict", "default": {}},
        "snmp_file": {"type": "path"},
        "report_directory": {"type": "path", "required": True},
        "history_directory": {"type": "path", "required": True},
    }

    def work(self, given: Given) -> Batch:
        """Ask, compare, write the report, and keep what was seen."""
        options, file = given.options, given.options["snmp_file"]
        topology = Topology.from_data(options["links"], "topology_check_links")
        stated = Stated(topology, options["router_ids"])
        user = Credentials.from_file(Path(file)) if file else None
        checked = check_topology(given.devices, stated, user, **given.limits)
        differs = keep(checked, stated, Path(options["history_directory"]))
        report = facts(checked)
        page = publish(Path(options["report_directory"]), "topology", report)
        said = {"msg": describe(report, page, differs), "report": str(page)}
        return Batch(checked.results, {**said, "differences": report["differences"]})
