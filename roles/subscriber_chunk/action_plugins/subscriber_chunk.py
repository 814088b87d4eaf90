"""Action of module subscriber_chunk: hands its parameters to forerunner.orders, in this process."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from forerunner.fleet.action import ControllerAction
from forerunner.orders.claims import Claims
from forerunner.orders.progress import Progress
from forerunner.orders.reconciliation import NOTED, lease, reconcile, repair
from forerunner.orders.record import Orders
from forerunner.orders.shard import Shard
from forerunner.orders.task import ACTIONS, Action, Work, do, opened_orders, permission, preload
from forerunner.orders.terms import Terms
from forerunner.parent import end_with_play

RECONCILE, REPAIR = "reconcile", "repair"
# Here, in the process that all workers are forked from, and not once for each system and step.
preload()


class ActionModule(ControllerAction):
    """Do one step of an order on one system."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "system": {"type": "str", "required": True},
        "kind": {"type": "str", "required": True},
        "settings": {"type": "dict", "required": True, "no_log": True},
        "order": {"type": "str", "required": True},
        "action": {"type": "str", "choices": [*ACTIONS, RECONCILE, REPAIR], "required": True},
        "shard": {"type": "str", "default": ""},
        "token": {"type": "str", "default": "", "no_log": True},
        "rate": {"type": "float", "default": 0},
        "window": {"type": "list", "elements": "dict", "default": []},
        "timezone": {"type": "str", "default": "UTC"},
        "patience": {"type": "float", "default": 60},
        "password_file": {"type": "path", "required": True},
        "directory": {"type": "path", "default": ""},
        "run": {"type": "str", "default": ""},
        "strays_stay": {"type": "str", "default": "it stays"},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Open the order and the system, and do it; a dry run only looks."""
        end_with_play()
        if self.dry and options["action"] not in ("check", RECONCILE):
            return {"changed": False, "message": "nothing is written in a dry run", "work": {}}
        orders = opened_orders(options["password_file"])
        if options["action"] == RECONCILE:
            return self._reconcile(orders, options)
        if options["action"] == REPAIR:
            facts = hostvars[options["system"]].get("ansible_facts", {})
            return self._repair(orders, options, str(facts.get(NOTED, "")))
        shard = Shard.from_text(options["shard"])
        order = orders.get(options["order"])
        terms = replace(
            self._terms(options, shard.lease(order, options["system"])),
            shard=str(shard),
            chunks=shard.chunks(order.chunks),
        )
        return do(orders, self._work(options, options["action"], terms))

    def _terms(self, options: dict[str, Any], leased: str) -> Terms:
        """Return on what terms it is written, by what is leased of the system."""
        return Terms(
            permit=permission(options["token"], leased),
            rate=options["rate"],
            patience_s=options["patience"],
            report=Progress(self._display.display),
        )

    def _work(self, options: dict[str, Any], action: Action, terms: Terms) -> Work:
        names = ("system", "kind", "settings", "order", "timezone")
        given = {name: options[name] for name in names}
        return Work(**given, action=action, terms=terms, window=tuple(options["window"]))

    def _reconcile(self, orders: Orders, options: dict[str, Any]) -> Mapping[str, Any]:
        """Compare all that the system holds with the ledger."""
        work = self._work(options, "check", Terms(permit=lambda: None))
        return reconcile(orders, work, Path(options["directory"]))

    def _repair(self, orders: Orders, options: dict[str, Any], noted: str) -> Mapping[str, Any]:
        """Bring to the system what it has otherwise than the ledger."""
        terms = self._terms(options, lease(options["system"]))
        work = self._work(options, "apply", terms)
        claims = Claims(orders, options["run"])
        return repair(claims, work, Path(options["directory"]), noted, options["strays_stay"])
