"""Action of module subscriber_chunk: hands its parameters to forerunner.orders, in this process."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.orders.progress import Progress
from forerunner.orders.reconciliation import reconcile
from forerunner.orders.record import Orders
from forerunner.orders.shard import Shard
from forerunner.orders.task import ACTIONS, Work, do, opened_orders, permission, preload
from forerunner.orders.terms import Terms
from forerunner.parent import end_with_play

RECONCILE = "reconcile"
# Here, in the process that all workers are forked from, and not once for each system and step.
preload()


class ActionModule(ControllerAction):
    """Do one step of an order on one system."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "system": {"type": "str", "required": True},
        "kind": {"type": "str", "required": True},
        "settings": {"type": "dict", "required": True, "no_log": True},
        "order": {"type": "str", "required": True},
        "action": {"type": "str", "choices": [*ACTIONS, RECONCILE], "required": True},
        "shard": {"type": "str", "default": ""},
        "token": {"type": "str", "default": "", "no_log": True},
        "rate": {"type": "float", "default": 0},
        "window": {"type": "list", "elements": "dict", "default": []},
        "timezone": {"type": "str", "default": "UTC"},
        "patience": {"type": "float", "default": 60},
        "password_file": {"type": "path", "required": True},
        "directory": {"type": "path", "default": ""},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Open the order and the system, and do it; a dry run only looks."""
        end_with_play()
        if self.dry and options["action"] not in ("check", RECONCILE):
            return {"changed": False, "message": "nothing is written in a dry run", "work": {}}
        orders = opened_orders(options["password_file"])
        if options["action"] == RECONCILE:
            return self._reconcile(orders, options)
        shard = Shard.from_text(options["shard"])
        order = orders.get(options["order"])
        terms = Terms(
            permit=permission(options["token"], shard.lease(order, options["system"])),
            rate=options["rate"],
            patience_s=options["patience"],
            shard=str(shard),
            chunks=shard.chunks(order.chunks),
            report=Progress(self._display.display),
        )
        names = ("system", "kind", "settings", "order", "action", "timezone")
        given = {name: options[name] for name in names}
        return do(orders, Work(**given, terms=terms, window=tuple(options["window"])))

    def _reconcile(self, orders: Orders, options: dict[str, Any]) -> Mapping[str, Any]:
        """Compare all that the system holds with the ledger."""
        given = {name: options[name] for name in ("system", "kind", "settings", "order")}
        work = Work(**given, action="check", terms=Terms(permit=lambda: None))
        return reconcile(orders, work, Path(options["directory"]))
