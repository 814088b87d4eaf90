"""Action of module link_drain: hands its parameters to forerunner.drain, in this process.

It runs on the controller without a module's own Python and copying: this is the fast path.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner import drain
from forerunner.fleet import DeviceResult
from forerunner.fleet.action import ControllerAction
from forerunner.fleet.inventory import device_results, devices_data

_REQUIRED = {"required": True}


class ActionModule(ControllerAction):
    """Drain a link or return it to service."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "state": {"type": "str", "choices": ["drained", "in_service"], **_REQUIRED},
        "link": {"type": "str"},
        "plan_file": {"type": "path"},
        "token": {"type": "str", "default": "", "no_log": True},
        "links": {"type": "list", "elements": "dict", **_REQUIRED},
        "routers": {"type": "list", "elements": "str", **_REQUIRED},
        "limit": {"type": "list", "elements": "str", **_REQUIRED},
        "policy": {"type": "dict", **_REQUIRED},
        "agent_user": {"type": "str", **_REQUIRED},
        "agent_key_file": {"type": "path", **_REQUIRED},
        "snmp_file": {"type": "path", **_REQUIRED},
        "telemetry_directory": {"type": "path", **_REQUIRED},
        "directory": {"type": "path", **_REQUIRED},
        "restore_after": {"type": "float", "default": 20},
        "settle_timeout": {"type": "float", "default": 5},
        "probe_duration": {"type": "float", "default": 0.7},
        "probe_loss_maximum": {"type": "float", "default": 0.02},
        "return_unhealthy": {"type": "bool", "default": False},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Drain it or return it."""
        options["devices"] = devices_data(hostvars, options.pop("routers"))
        report = drain.run(options, self.dry)
        hosts = {name: DeviceResult(**each) for name, each in report["hosts"].items()}
        facts = {"device_results": device_results(hosts)}
        return {**report, "msg": report["message"], "ansible_facts": facts}
