"""Action of module subscriber_chunk: hands its parameters to forerunner.orders, in this process."""

from collections.abc import Mapping
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.orders.progress import Progress
from forerunner.orders.shard import Shard
from forerunner.orders.task import ACTIONS, Work, do, opened_orders, permission
from forerunner.orders.terms import Terms


class ActionModule(ControllerAction):
    """Do one step of an order on one system."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "system": {"type": "str", "required": True},
        "kind": {"type": "str", "required": True},
        "settings": {"type": "dict", "required": True, "no_log": True},
        "order": {"type": "str", "required": True},
        "action": {"type": "str", "choices": list(ACTIONS), "required": True},
        "shard": {"type": "str", "default": ""},
        "token": {"type": "str", "default": "", "no_log": True},
        "rate": {"type": "float", "default": 0},
        "window": {"type": "list", "elements": "dict", "default": []},
        "timezone": {"type": "str", "default": "UTC"},
        "patience": {"type": "float", "default": 60},
        "password_file": {"type": "path", "required": True},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Open the order and the system, and do it; a dry run only looks."""
        if self.dry and options["action"] != "check":
            return {"changed": False, "message": "nothing is written in a dry run", "work": {}}
        orders = opened_orders(options["password_file"])
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
