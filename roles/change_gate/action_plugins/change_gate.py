"""Action of module change_gate: hands its parameters to forerunner.gate, in this process.

It runs on the controller without a module's own Python and copying: this is the fast path.
"""

import os
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from forerunner.errors import ForerunnerError
from forerunner.gate import entry

_REQUIRED = {"required": True}
ARGUMENT_SPEC = {
    "policy": {"type": "dict", **_REQUIRED},
    "playbook": {"type": "str", **_REQUIRED},
    "plan_file": {"type": "path"},
    "plan_hash": {"type": "str"},
    "plan_within_s": {"type": "float", "default": 0},
    "devices": {"type": "list", "elements": "str", **_REQUIRED},
    "variables": {"type": "dict", "default": {}},
    "dead_man_s": {"type": "float", "default": 20},
    "load_bps": {"type": "float"},
    "links": {"type": "list", "elements": "dict", "default": []},
    "telemetry_directory": {"type": "path"},
}


class ActionModule(ActionBase):
    """Pass the gate."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the token as a fact that no log shows, or fail with every reason against it."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            if given["plan_within_s"]:
                entry.await_plan(Path(given["plan_file"]), given["plan_within_s"])
            if self._task.check_mode:
                against = [f"the gate would refuse a run: {each}" for each in entry.foretold(given)]
                return {**result, "warnings": against, "ansible_facts": {"change_gate_token": ""}}
            # The play's own process, which this worker is a fork of, holds the leases.
            token = entry.enter(given, os.getppid())
        except ForerunnerError as error:
            refused = {"state": "refused", "message": str(error), "msg": str(error)}
            return {**result, **refused, "failed": True, "hosts": {}}
        return {**result, "ansible_facts": {"change_gate_token": token}, "_ansible_no_log": True}
