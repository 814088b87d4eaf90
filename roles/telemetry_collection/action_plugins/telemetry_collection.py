"""Action of module telemetry_collection: hands its parameters to forerunner.collect."""

from collections import Counter
from typing import Any, ClassVar

from forerunner.collect.slow_path import collect
from forerunner.fleet import DeviceResult
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.store import Store


class ActionModule(BatchAction):
    """Collect what many devices and servers say over SSH."""

    OPTIONS: ClassVar[dict[str, Any]] = {"directory": {"type": "path", "required": True}}

    def work(self, given: Given) -> Batch:
        """Ask them all, and write what they say; in a dry run nobody is asked."""
        if given.check:
            said = f"{len(given.devices)} devices would be asked"
            return Batch({name: DeviceResult("ok", said) for name in given.devices}, {"msg": said})
        results = collect(given.devices, Store(given.options["directory"]), **given.limits)
        counts = Counter(each.status for each in results.values())
        stand = ", ".join(f"{count} {status}" for status, count in counts.items())
        return Batch(results, {"msg": f"{len(results)} devices asked: {stand}"})
