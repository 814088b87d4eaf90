"""Action of module sim_order: hands its parameters to forerunner.orders, in this process."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.gate.entry import who
from forerunner.orders import steps
from forerunner.orders.claims import Claims
from forerunner.orders.reconciliation import NOTED, mend, report
from forerunner.orders.record import Orders
from forerunner.orders.shard import Shard
from forerunner.orders.task import opened_orders

Step = Callable[[Orders, dict[str, Any], bool], Mapping[str, Any]]
Compared = dict[str, str]


def _take(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    return steps.take(orders, options, dry, who())


def _begin(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    return steps.begin(orders, options, dry or options["dry"], who())


def _judge(orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    return steps.judge(orders, options["order"])


def _settle(orders: Orders, options: dict[str, Any], dry: bool) -> Mapping[str, Any]:
    shard = Shard.from_text(options["shard"])
    if dry or options["dry"]:
        return steps.settle_dry(orders, options["order"], shard)
    return steps.settle(orders, options["order"], shard, options)


def _mend(_orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    return mend(options["compared"], Path(options["directory"]), options["strays"])


def _report(orders: Orders, options: dict[str, Any], _dry: bool) -> Mapping[str, Any]:
    if options["run"]:
        Claims(orders, options["run"]).end()
    compared: Compared = options["compared"]
    left_out = [name for name in options["systems"] if name not in compared]
    return report(compared, left_out, Path(options["directory"]), Path(options["reports"]))


_STEPS: Mapping[str, Step] = {
    "take": _take,
    "begin": _begin,
    "judge": _judge,
    "settle": _settle,
    "mend": _mend,
    "report": _report,
}


def _compared(systems: Iterable[str], hostvars: Any) -> Compared:
    """Return what was noted for each system that was compared in this run."""
    noted = {name: hostvars[name].get("ansible_facts", {}).get(NOTED) for name in systems}
    return {name: str(each) for name, each in noted.items() if each}


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
        "strays": {"type": "int", "default": 0},
        "run": {"type": "str", "default": ""},
        "chunk": {"type": "int", "default": 1000},
        "abandon": {"type": "bool", "default": False},
        "shard": {"type": "str", "default": ""},
        "final": {"type": "bool", "default": False},
        "dry": {"type": "bool", "default": False},
        "quarantine": {"type": "float", "default": 0},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Open the ledger's orders, and do the step."""
        options["compared"] = _compared(options["systems"], hostvars)
        orders = opened_orders(options["password_file"], options["create_password"])
        result = _STEPS[options["step"]](orders, options, self.dry)
        # A task that succeeds shows nothing, and this is what all of it was for.
        self._display.display(result["message"])
        return result
