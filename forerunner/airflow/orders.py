"""Operators of SIM orders: taking a request from Airflow's form, and telling how it ended."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context

from forerunner import home
from forerunner.airflow.alerts import post
from forerunner.airflow.mail import send
from forerunner.airflow.operators import AnsiblePlaybookOperator
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.files import write_whole

if TYPE_CHECKING:
    from forerunner.orders.record import Order, Orders

SUMMARY = "summary"
"""Under this name the taking of an order leaves what its playbook said."""
REQUEST_HASH = "request_hash"
"""Under this name it leaves the hash of what is ordered, before anything is taken."""
_DIGITS = 12
_OTHER = (
    "the request was not taken, for its name is not free or it does not fit; see the DAG run's log."
    " Another order of the name stays as it is"
)


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
        path = _written(directory, request)
        # Whatever becomes of it from here on, the run goes on with this order and no other.
        digest = _hash(path)
        context["ti"].xcom_push(key=REQUEST_HASH, value=digest)
        self.variables = {**self.variables, "request": str(path)}
        context["ti"].xcom_push(key=SUMMARY, value=super().execute(context))
        return _parts(request, digest, int(self.shards), self.check)


class NotifyOperator(BaseOperator):
    """Tell people how an order ended: by webhook (Slack and alike) and by e-mail.

    The webhook is connection `forerunner_alerts`, the mail server `forerunner_mail`; what there is
    no connection for is left out, and said in the log.

    Args:
        order: The order's request_id; templated.
        order_hash: Of the request that the run took; another order of the name is not told of;
            templated.
    """

    template_fields: Sequence[str] = ("order", "order_hash")

    def __init__(self, *, order: str, order_hash: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.order, self.order_hash = order, order_hash

    def execute(self, context: Context) -> dict[str, Any]:
        """Send it, and return what was said and by which ways."""
        order, text = _told(self.order, self.order_hash)
        ways = ["webhook"] if post({"text": text}, self.log) else []
        # Of an order that was not taken, whoever asked for it is to hear.
        asked = order.request if order else dict(context["params"])
        people = [str(each) for each in asked.get("notify") or ()]
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


def _written(directory: Path, request: dict[str, Any]) -> Path:
    """Write a request down, and return its file: another request of the same name has its own."""
    text = json.dumps(request, indent=2) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
    path = directory / f"{request['request_id']}.{digest}.json"
    write_whole(path, text)
    return path


def _hash(path: Path) -> str:
    """Return the hash of what a request orders; empty where it does not fit, and is not taken."""
    from forerunner.sims.request import read_request

    try:
        return read_request(path).hash
    except ForerunnerError:
        # The playbook says what is wrong with it, all of it.
        return ""


def _parts(
    request: dict[str, Any], digest: str, shards: int, check: object
) -> list[dict[str, str]]:
    dry = str(check).lower() == "true" or request.get("dry_run") is True
    found = None if dry else _orders().find(request["request_id"])
    # Another order of the name may have been entered since this one was taken.
    if found is None or found.ended or found.hash != digest:
        return []
    count = max(1, min(shards, found.chunks))
    parts = [f"{number}/{count}" for number in range(1, count + 1)] if count > 1 else [""]
    return [{"order_id": found.id, "order_hash": digest, "shard": part} for part in parts]


def _told(name: str, digest: str) -> "tuple[Order | None, str]":
    from forerunner.orders.finish import standing_of, summary

    orders = _orders()
    order = orders.find(name)
    if order and order.hash != digest:
        return None, f"order {name}: {_OTHER}"
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
