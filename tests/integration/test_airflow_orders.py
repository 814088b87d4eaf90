"""Orders of SIMs from Airflow's form: a real Airflow, and the lab's real systems."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner import home
from forerunner.airflow.client import Client
from forerunner.lab import Lab
from forerunner.orders.record import Orders
from forerunner.orders.task import opened_orders
from tests.integration.own_airflow import own_airflow

pytestmark = [pytest.mark.airflow, pytest.mark.lab, pytest.mark.slow, pytest.mark.timeout(600)]

DAG = "provision_sims"
FORM = {
    "operation": "create",
    "imsi": "lab",
    "iccid": "lab",
    "msisdn": "lab",
    "key_source": "generated",
    "profile": "basic",
    "proof_sample": 2,
}


@pytest.fixture(scope="module")
def client(lab: Lab, lab_environment: dict[str, str]) -> Iterator[Client]:
    """A client of an Airflow that tends the session's lab."""
    own = {name: lab_environment[name] for name in ("FORERUNNER_LAB_INDEX", "FORERUNNER_VAR")}
    with own_airflow(own) as made:
        yield made


@pytest.fixture
def orders(client: Client) -> Orders:
    """The ledger's orders."""
    return opened_orders(str(home.var() / "vault-password"), create=True)


def states(client: Client, run: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in client.tasks(DAG, run):
        found.setdefault(each["task_id"], []).append(each["state"])
    return found


def test_an_order_of_the_form_is_done_in_parts_and_no_key_is_told(
    client: Client, orders: Orders
) -> None:
    run = client.trigger(DAG, {**FORM, "request_id": "form-1", "quantity": 1500, "shards": 2})

    assert client.wait_run(DAG, run, 300) == "success", states(client, run)

    order = orders.get("form-1")
    assert (order.state, order.total, order.chunks) == ("done", 1500, 2)
    done = states(client, run)
    assert done["execute_across_systems"] == ["success", "success"]
    assert "order form-1: done" in client.output(DAG, run, "notify")["text"]
    keys = {
        key.lower()
        for number in range(order.chunks)
        for change in orders.chunk("form-1", number).changes
        if change.after
        for key in (change.after.k, change.after.opc)
    }
    assert _told(home.var() / "airflow", keys) == []
    outputs = [client.output(DAG, run, task) for task in ("collect_request", "validate_and_log")]
    assert not keys & set(re.findall(r"[0-9a-f]{32}", str(outputs).lower()))


def test_a_form_that_asks_for_what_there_is_not_fails_and_says_which_row(
    client: Client, orders: Orders
) -> None:
    asked = {**FORM, "request_id": "form-2", "quantity": 3, "profile": "golden"}
    run = client.trigger(DAG, asked)

    assert client.wait_run(DAG, run, 200) == "failed"
    assert "profile" in client.log(DAG, run, "collect_request")
    assert orders.find("form-2") is None
    assert set(states(client, run)["notify"]) == {"success"}


def test_a_dry_run_of_the_form_succeeds_and_leaves_nothing(client: Client, orders: Orders) -> None:
    asked = {**FORM, "request_id": "form-3", "quantity": 3, "check": True}
    run = client.trigger(DAG, asked)

    assert client.wait_run(DAG, run, 200) == "success", states(client, run)
    assert orders.find("form-3") is None


def test_a_form_with_the_name_of_another_order_fails_and_leaves_that_one(
    client: Client, orders: Orders, playbook: Callable[..., Any], tmp_path: Path
) -> None:
    request = tmp_path / "open.json"
    request.write_text(json.dumps({**FORM, "request_id": "form-4", "quantity": 2}))
    assert playbook("take_sim_order", "-e", f"request={request}").returncode == 0
    before = orders.get("form-4")
    assert before.state == "checking"
    run = client.trigger(DAG, {**FORM, "request_id": "form-4", "quantity": 3})

    assert client.wait_run(DAG, run, 200) == "failed"
    assert orders.get("form-4") == before
    assert "is of another request than the one that is meant" in client.log(
        DAG, run, "validate_and_log"
    )
    assert "the request was not taken" in client.output(DAG, run, "notify")["text"]


def _told(directory: Path, keys: set[str]) -> list[Path]:
    """Return the files below a directory that hold one of the keys."""
    return [path for path in directory.rglob("*") if path.is_file() and _holds(path, keys)]


def _holds(path: Path, keys: set[str]) -> bool:
    words: Any = re.findall(rb"[0-9A-Fa-f]{32}", path.read_bytes())
    return any(word.decode().lower() in keys for word in words)
