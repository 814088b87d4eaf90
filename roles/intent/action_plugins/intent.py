"""Action of module intent: hands the inventory's plain variables to forerunner.render."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail

from forerunner.fleet import DeviceResult
from forerunner.fleet.action import ControllerAction
from forerunner.fleet.inventory import device_results
from forerunner.render import is_device, keep, place, plain_variables, render


def _place(hostvars: Any, name: str, field: str) -> str:
    variables = hostvars[name]
    inventory = variables.get("inventory_dir") or "."
    return place(Path(inventory), name, variables["group_names"], field)


def _render(hostvars: Any, given: dict[str, Any], check: bool, shown: bool) -> dict[str, Any]:
    variables = plain_variables(hostvars, hostvars, given["network"])
    names = [name for name in given["devices"] if is_device(variables[name])]
    if not names:
        raise AnsibleActionFail("no device is selected: none of the hosts has a platform")
    done = render(variables, names, partial(_place, hostvars), given["stand_ins"])
    diffs = keep(done.texts, Path(given["directory"]), check, shown)
    results = {
        name: DeviceResult("failed", "\n".join(done.problems[name]))
        if name in done.problems
        else DeviceResult("changed" if name in diffs else "ok")
        for name in names
    }
    facts = {"device_results": device_results(results)}
    hosts = {name: result.to_dict() for name, result in results.items()}
    differences = [{"prepared": diff} for diff in diffs.values() if diff]
    return {"changed": bool(diffs), "hosts": hosts, "diff": differences, "ansible_facts": facts}


class ActionModule(ControllerAction):
    """Check the inventory's intent and render the configuration of many devices."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "devices": {"type": "list", "elements": "str", "required": True},
        "network": {"type": "dict", "default": {}},
        "directory": {"type": "path", "required": True},
        "stand_ins": {"type": "bool", "default": False},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Check and render."""
        return _render(hostvars, options, self.dry, self._task.diff)
