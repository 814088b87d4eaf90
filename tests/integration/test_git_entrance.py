"""An edit in Git, from its push to the routers: real Git, real Airflow, real routers."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from forerunner import home
from forerunner.airflow.client import Client
from forerunner.airflow.kill_switch import VARIABLE
from forerunner.lab import Lab
from forerunner.lab.convergence import wait_converged
from forerunner.trials.routers import bring, running
from tests.integration.own_airflow import own_airflow, wait

pytestmark = [pytest.mark.airflow, pytest.mark.lab, pytest.mark.slow, pytest.mark.timeout(900)]

WATCH, APPLY = "watch_inventory", "apply_plan"
BEFORE, AFTER = "subnet: 10.1.12.0/30, capacity: 1000000000, cost: 10", "cost: 12"
NETWORK = "inventories/lab/group_vars/all/network.yml"
SENDER = {"GIT_AUTHOR_NAME": "amy", "GIT_COMMITTER_NAME": "amy"}
SENDER |= {f"GIT_{who}_EMAIL": "amy@example.net" for who in ("AUTHOR", "COMMITTER")}


@dataclass(frozen=True)
class Checkout:
    """Where somebody edits the inventory."""

    place: Path

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.place), *words]
        done = subprocess.run(command, env=SENDER, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("checkout"))
    made.git("init", "--quiet", "--initial-branch", "main")
    shutil.copytree(home.root() / "inventories", made.place / "inventories")
    made.commit("inventories: As they are")
    return made


@pytest.fixture(scope="module")
def client(lab: Lab, lab_environment: dict[str, str], checkout: Checkout) -> Iterator[Client]:
    """A client of an Airflow that tends the session's lab and watches the checkout."""
    own = {name: lab_environment[name] for name in ("FORERUNNER_LAB_INDEX", "FORERUNNER_VAR")}
    watched = {"FORERUNNER_INVENTORY_REPOSITORY": str(checkout.place)}
    with own_airflow(own | watched) as made:
        yield made


@pytest.fixture(scope="module")
def before(lab: Lab) -> Iterator[dict[str, str]]:
    """What all routers ran; they run it again afterwards."""
    found = {name: running(lab, name) for name in lab.routers}
    yield found
    bring(lab, found)
    wait_converged(lab, 60)


def test_an_edit_goes_from_its_push_to_the_routers_by_one_hash(
    client: Client, checkout: Checkout, lab: Lab, before: dict[str, str]
) -> None:
    checkout.git("checkout", "--quiet", "-b", "propose/cost")
    network = checkout.place / NETWORK
    text = network.read_text()
    network.write_text(text.replace(BEFORE, BEFORE.replace("cost: 10", AFTER)))
    pushed = checkout.commit("r1:r2 costs more")
    client.pause(WATCH, False)

    foretold = wait(lambda: _report(pushed), 240)
    assert "+ ip ospf cost 12" in foretold
    assert client.runs(APPLY) == []

    checkout.git("checkout", "--quiet", "main")
    checkout.git("merge", "--quiet", "--no-ff", "--message", "Merge cost", "propose/cost")
    run = str(wait(lambda: client.runs(APPLY), 240)[0]["dag_run_id"])
    shown = wait(lambda: _shown(client, run), 120)
    assert shown["hash"] in _report(checkout.git("rev-parse", "main"))
    assert shown["hash"] in foretold

    # Whatever was approved: while the Variable says stop, nothing is written.
    _set(client, "stop: a test")
    _answer(client, run)
    assert client.wait_run(APPLY, run, 180) == "failed"
    assert "a test" in client.log(APPLY, run, "apply")
    assert {name: running(lab, name) for name in lab.routers} == before

    _set(client, "go")
    plan = Path(shown["path"]).stem
    again = client.trigger(APPLY, {"plan": plan, "entrance": "git"})
    wait(lambda: _shown(client, again), 120)
    _answer(client, again)
    assert client.wait_run(APPLY, again, 240) == "success"
    after = {name: running(lab, name) for name in lab.routers}
    expected = {"r1": " ip ospf cost 12", "r2": " ip ospf cost 12"}
    assert {name: _gained(before[name], after[name]) for name in expected} == expected
    assert {x: y for x, y in after.items() if x not in expected} == {
        x: y for x, y in before.items() if x not in expected
    }


def test_what_is_rejected_is_not_applied(client: Client, lab: Lab, before: dict[str, str]) -> None:
    now = {name: running(lab, name) for name in before}
    plan = Path(_shown(client, str(client.runs(APPLY)[0]["dag_run_id"]))["path"]).stem
    run = client.trigger(APPLY, {"plan": plan})
    wait(lambda: _shown(client, run), 120)

    _answer(client, run, "Reject")

    client.wait_run(APPLY, run, 120)
    states = {each["task_id"]: each["state"] for each in client.tasks(APPLY, run)}
    assert states["apply"] in ("skipped", "upstream_failed")
    assert {name: running(lab, name) for name in before} == now


def _gained(before: str, after: str) -> str:
    return "\n".join(x for x in after.splitlines() if x not in before.splitlines())


def _report(commit: str) -> str:
    path = home.var() / "reports" / "inventory" / f"{commit}.md"
    return path.read_text() if path.exists() else ""


def _shown(client: Client, run: str) -> Any:
    """Return what is shown of the plan, once somebody is asked; None before."""
    states = {each["task_id"]: each["state"] for each in client.tasks(APPLY, run)}
    if states.get("ask") not in ("deferred", "awaiting_input", "success"):
        return None
    return client.output(APPLY, run, "show_plan")


def _answer(client: Client, run: str, word: str = "Approve") -> None:
    # As a person would. Airflow's scheduler fails a task that goes on before it heard of its pause.
    time.sleep(1)
    path = f"dags/{APPLY}/dagRuns/{run}/taskInstances/ask/-1/hitlDetails"
    client._call("PATCH", path, json={"chosen_options": [word], "params_input": {}})


def _set(client: Client, word: str) -> None:
    client._call("PATCH", f"variables/{VARIABLE}", json={"key": VARIABLE, "value": word})
