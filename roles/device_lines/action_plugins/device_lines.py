"""Action of module device_lines: hands its parameters to forerunner.configure, in this process."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.configure.lines import PushTerms, push, read_lines
from forerunner.configure.record import by_hand, recorded
from forerunner.configure.task import permission
from forerunner.fleet.action import Batch, BatchAction, Given


class ActionModule(BatchAction):
    """Push lines to many devices."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "lines_file": {"type": "path", "required": True},
        "lines_sha256": {"type": "str", "default": ""},
        "token": {"type": "str", "default": "", "no_log": True},
    }

    def work(self, given: Given) -> Batch:
        """Read the lines, push them, and enter it in the ledger."""
        options, sha256 = given.options, given.options["lines_sha256"]
        text = read_lines(Path(options["lines_file"]), sha256)
        limits = options["concurrency"], options["timeout"]
        terms = PushTerms(permission(options["token"]), given.check, *limits)
        plan = by_hand("push_lines", given.devices, {"lines_sha256": sha256})
        done = (
            push(given.devices, text, terms)
            if given.check
            else recorded(plan, lambda: push(given.devices, text, terms))
        )
        hosts = {name: {**each.to_dict(), **each.data} for name, each in done.hosts.items()}
        return Batch(done.hosts, {"changed": done.changed, "hosts": hosts, "diff": done.diff})
