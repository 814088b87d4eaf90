"""Writes a description to a device, as every writing module does: it asks the gate just before."""

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner import fleet, gate
from forerunner.database import Database
from forerunner.dialects import frr
from forerunner.errors import ForerunnerError
from forerunner.fleet.inventory import devices_data

ARGUMENT_SPEC = {
    "device": {"type": "str", "required": True},
    "token": {"type": "str", "required": True, "no_log": True},
    "journal": {"type": "path", "required": True},
}


class ActionModule(ActionBase):  # type: ignore[misc]
    """Ask the gate, write, and note from when to when."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Write unless the gate refuses; a line of the journal says when."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        if self._task.check_mode:
            return {**result, "changed": True}
        name = given["device"]
        devices = fleet.devices_from_data(devices_data((task_vars or {})["hostvars"], [name]), "")
        try:
            noted = _written(devices[name], given["token"])
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        # One write: lines of several processes do not mix.
        with Path(given["journal"]).open("a") as journal:
            journal.write(json.dumps(noted) + "\n")
        return {**result, "changed": True}


def _written(device: fleet.Device, token: str) -> dict[str, Any]:
    noted: dict[str, Any] = {"device": device.name, "pid": os.getppid()}

    async def work(session: fleet.Session) -> fleet.DeviceResult:
        """Ask the gate, write, and note the moments of both."""
        noted["asks"] = time.monotonic()
        try:
            # As late as can be: the session is open, the next thing is the write.
            gate.check(token, device.name, Database())
        except ForerunnerError as error:
            return fleet.DeviceResult("failed", str(error))
        noted["begins"] = time.monotonic()
        commands = ["interface lo", f"description by {os.getppid()}"]
        await session.execute(frr.configure(commands))
        noted["ends"] = time.monotonic()
        return fleet.DeviceResult("changed")

    found = fleet.run([device], work)[device.name]
    if not found.succeeded:
        raise fleet.FleetError(device.name, found.message)
    return noted
