"""Action of module sim_order: hands its parameters to forerunner.orders, in this process."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.gate.entry import who
from forerunner.orders import steps
from forerunner.orders.reconciliation import mend, report
from forerunner.orders.record import Orders
from forerunner.orders.repair import end
from forerunner.orders.shard import Shard
from forerunner.orders.task import opened_orders

Step = Callable[[Orders, dict[str, Any], bool], Mapping[str, Any]]


def _take(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    return steps.take(orders, options, dry, who())


def _begin(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    abandoned_by = who() if options["abandon"] and not dry else ""
    shard = Shard.from_text(options["shard"])
    return steps.begin(orders, options["order"], shard, abandoned_by, options["hash"])


def _judge(orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    return steps.judge(orders, options["order"])


def _settle(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    shard = Shard.from_text(options["shard"])
    if dry or options["dry"]:
        return steps.settle_dry(orders, options["order"], shard)
    return steps.settle(orders, options["order"], shard, options)


def _mend(_orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    return mend(list(options["systems"]), Path(options["directory"]), options["strays"])


def _report(orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    if options["repaired"]:
        end(orders)
    return report(list(options["systems"]), Path(options["directory"]), Path(options["reports"]))


_STEPS: Mapping[str, Step] = {
    "take": _take,
    "begin": _begin,
    "judge": _judge,
    "settle": _settle,
    "mend": _mend,
    "report": _report,
}


class ActionModule(ControllerAction):
    """Take an order, go on with it, or say what became of it."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "step": {
            "type": "str",
            "choices": list(_STEPS),
            "required": True,
        },
        "order": {"type": "str", "default": ""},
        "hash": {"type": "str", "default": ""},
        "password_file": {"type": "path", "required": True},
        "create_password": {"type": "bool", "default": False},
        "request": {"type": "str", "default": ""},
        "systems": {"type": "dict", "default": {}},
        "pools": {"type": "list", "elements": "dict", "default": []},
        "profiles": {"type": "list", "elements": "str", "default": []},
        "takes_encrypted": {"type": "bool", "default": False},
        "directory": {"type": "path", "default": ""},
        "reports": {"type": "path", "default": ""},
        "strays": {"type": "bool", "default": False},
        "repaired": {"type": "bool", "default": False},
        "chunk": {"type": "int", "default": 1000},
        "abandon": {"type": "bool", "default": False},
        "shard": {"type": "str", "default": ""},
        "final": {"type": "bool", "default": False},
        "dry": {"type": "bool", "default": False},
        "quarantine": {"type": "float", "default": 0},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Open the ledger's orders, and do the step."""
        orders = opened_orders(options["password_file"], options["create_password"])
        result = _STEPS[options["step"]](orders, options, self.dry)
        # A task that succeeds shows nothing, and this is what all of it was for.
        self._display.display(result["message"])
        return result
