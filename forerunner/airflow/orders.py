"""Operators of SIM orders: taking a request from Airflow's form, and telling how it ended."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context

from forerunner import home
from forerunner.airflow.alerts import post
from forerunner.airflow.mail import send
from forerunner.airflow.operators import AnsiblePlaybookOperator
from forerunner.errors import InvalidData
from forerunner.files import write_whole

if TYPE_CHECKING:
    from forerunner.orders.record import Order, Orders

SUMMARY = "summary"
"""Under this name the taking of an order leaves what its playbook said."""


class TakeSimOrderOperator(AnsiblePlaybookOperator):
    """Take the order that the DAG run's form asks for.

    Its output is the variables of each part that is to be applied, nothing in a dry run.

    Args:
        shards: Parts that are applied side by side; templated.
    """

    template_fields: Sequence[str] = (*AnsiblePlaybookOperator.template_fields, "shards")

    def __init__(self, *, shards: int | str = 1, **kwargs: Any) -> None:
        super().__init__(playbook="take_sim_order", **kwargs)
        self.shards = shards

    def execute(self, context: Context) -> list[dict[str, str]]:  # type: ignore[override]
        """Write the request down as a file, take it, and return its parts.

        Raises:
            InvalidData: It names a file that lies elsewhere than beside the requests of the form.
            PlaybookFailed: It is rejected, or cannot be looked at now.
        """
        request = {
            name: value
            for name, value in dict(context["params"]).items()
            if name not in ("shards", "check") and value not in (None, "", [])
        }
        directory = home.var() / "orders" / "requests"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        _see_that_files_are_in(directory, request)
        path = directory / f"{request['request_id']}.json"
        write_whole(path, json.dumps(request, indent=2) + "\n")
        self.variables = {**self.variables, "request": str(path)}
        context["ti"].xcom_push(key=SUMMARY, value=super().execute(context))
        return _parts(request, int(self.shards), self.check)


class NotifyOperator(BaseOperator):
    """Tell people how an order ended: by webhook (Slack and alike) and by e-mail.

    The webhook is connection `forerunner_alerts`, the mail server `forerunner_mail`; what there is
    no connection for is left out, and said in the log.

    Args:
        order: The order's request_id; templated.
    """

    template_fields: Sequence[str] = ("order",)

    def __init__(self, *, order: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.order = order

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Send it, and return what was said and by which ways."""
        order, text = _told(self.order)
        ways = ["webhook"] if post({"text": text}, self.log) else []
        people = [str(each) for each in order.request.get("notify", [])] if order else []
        subject = " ".join(text.split(",", maxsplit=1)[0].split())
        if people and send(people, subject, text, self.log):
            ways.append("mail")
        self.log.info("%s", text)
        return {"text": text, "ways": ways}


def _see_that_files_are_in(directory: Path, request: dict[str, Any]) -> None:
    """Raise unless all its files are: whoever may fill in a form may not read the machine by it."""
    from forerunner.sims.request import stray_files

    for name in stray_files(request, directory):
        problem = f"lies elsewhere; put the file into {directory}, and give its name alone"
        raise InvalidData("the form", name, problem)


def _parts(request: dict[str, Any], shards: int, check: object) -> list[dict[str, str]]:
    dry = str(check).lower() == "true" or request.get("dry_run") is True
    found = None if dry else _orders().find(request["request_id"])
    if found is None or found.ended:
        return []
    count = max(1, min(shards, found.chunks))
    parts = [f"{number}/{count}" for number in range(1, count + 1)] if count > 1 else [""]
    return [{"order_id": found.id, "shard": part} for part in parts]


def _told(name: str) -> "tuple[Order | None, str]":
    from forerunner.orders.finish import standing_of, summary

    orders = _orders()
    order = orders.find(name)
    if order is None:
        return None, f"order {name}: it was not taken, or was a dry run; see the DAG run's log"
    problems = orders.troubles(name).problems(5)
    lines = [summary(standing_of(orders, order), order)]
    lines += [f"{each.imsi} on {each.system}: {each.problem}" for each in problems]
    return order, "\n".join(lines)


def _orders() -> "Orders":
    from forerunner.database import Database
    from forerunner.orders.book import Book
    from forerunner.orders.record import Orders

    return Orders(Book(Database()))
