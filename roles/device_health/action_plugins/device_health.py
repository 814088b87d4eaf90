"""Action of module device_health: hands its parameters to forerunner.health."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.collect.snmp import Credentials
from forerunner.errors import InvalidData
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.health import Declared, check_health, declared_checks, describe, facts
from forerunner.health.declaration import VARIABLE
from forerunner.report import publish


def _declared(given: Given) -> dict[str, Declared]:
    """Return what the inventory declares of each device; of all of them together, something."""
    own = {name: given.hostvars[name].get(VARIABLE) or {} for name in given.devices}
    if not any(own.values()):
        problem = "no device declares any; docs/checks.md says what can be declared, and how"
        raise InvalidData("inventory", VARIABLE, problem)
    return {name: declared_checks(name, data) for name, data in own.items()}


class ActionModule(BatchAction):
    """Look at what the inventory declares of many devices."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "report_directory": {"type": "path", "required": True},
        "snmp_file": {"type": "path"},
    }

    def work(self, given: Given) -> Batch:
        """Check what is declared, then whether it is so, and write the report."""
        declared, file = _declared(given), given.options["snmp_file"]
        user = Credentials.from_file(Path(file)) if file else None
        found = check_health(given.devices, declared, user, **given.limits)
        report = facts(found)
        page = publish(Path(given.options["report_directory"]), "health", report)
        hosts = {each["name"]: each for each in report["devices"]}
        said = {"msg": describe(report, page), "report": str(page), "hosts": hosts}
        return Batch({name: each.result for name, each in found.items()}, said)
