"""`forerunner gate`: what it shows, what it does, and the exit codes that scripts go by."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from forerunner import cli, gate, gate_command, home
from forerunner.configure.plan import Candidate, OpenPlan, PlanRefused, find_plan, write_plan
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.gate import switch
from forerunner.gate.entry import ENTRANCE, WHO, enter, read_plan
from forerunner.gate.policy import GatePolicy
from forerunner.ledger import Ledger
from forerunner.model import Plan

_INVENTORY = home.root() / "inventories" / "lab" / "group_vars" / "all" / "change_gate.yml"
POLICY: dict[str, Any] = yaml.safe_load(_INVENTORY.read_text())["change_policy"]
POLICY |= {"approval_entrances": ["cli"], "lease_wait_s": 0, "maximum_load_mbit_s": None}
RUNNING = "hostname r1\nline vty\n password hunter2\nend\n"
TEXT = "hostname r1\nip route 10.9.0.0/24 blackhole\nline vty\n password hunter3\nend\n"


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setenv(WHO, "ann")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    monkeypatch.delenv(ENTRANCE, raising=False)
    Ledger.open().close()
    return tmp_path


@pytest.fixture
def planned(var: Path) -> OpenPlan:
    return write_plan(var / "plans", {"r1": Candidate(RUNNING, TEXT)}, "a route\x1b[31m", 600)


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, ["gate", *arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def told(*arguments: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json", code=code))
    return found


def admit(plan: Plan, who: str = "ann") -> str:
    policy = GatePolicy.from_data(POLICY)
    return gate.admit(plan, gate.Request("cli", who, 20.0), policy, Database()).token


def typed(variables: dict[str, Any]) -> dict[str, Any]:
    given = {"playbook": "drain_link", "devices": ["r1", "r3"], "variables": variables}
    return {"policy": POLICY, "dead_man_s": 20, **given}


def test_every_message_of_the_gate_names_commands_that_exist() -> None:
    text = "\n".join(x.read_text() for x in Path(gate.__file__).parent.glob("*.py"))
    named = {part.split("`")[0].split()[0] for part in text.split("`forerunner gate ")[1:]}
    commands = set(get_command(gate_command.app).commands)  # type: ignore[attr-defined]
    assert named
    assert named <= commands


def test_stop_stops_and_go_lifts_it(planned: OpenPlan) -> None:
    assert "Changes may pass" in run("status")
    run("stop", "--reason", "fire [bold]in Ulm")
    shown = run("status", code=1)
    assert "fire [bold]in Ulm" in shown
    assert "ann" in shown
    with pytest.raises(gate.Refused, match="kill switch"):
        admit(planned.plan)
    assert told("status", code=1)["stopped"] is True
    run("go")
    assert told("status") == {
        "stopped": False, "stops": [], "failures": [], "under_way": [], "leases": [],
    }  # fmt: skip


def test_go_tells_what_still_stops() -> None:
    switch.set_row(Database(), "airflow", True, "Airflow", "fire")
    assert "Airflow's variable" in run("go", code=1)
    run("go", "--airflow")


def test_status_shows_who_holds_what(planned: OpenPlan) -> None:
    gate.approve(planned.plan, "ben", 60, Database())
    token = admit(planned.plan)
    shown = run("status")
    assert all(word in shown for word in ("Under way", planned.plan.id, "Leases", str(os.getpid())))
    found = told("status")
    assert found["under_way"][0]["devices"] == ["r1"]
    assert found["leases"][0]["holder"]["dead"] is False
    gate.close(token, Database())
    assert told("status")["under_way"] == []


def test_a_ledger_that_cannot_be_read_is_no_go(var: Path, monkeypatch, capsys) -> None:
    (var / "ledger.sqlite").write_text("no database, by far " * 200)
    monkeypatch.setattr(sys, "argv", ["forerunner", "gate", "status"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert "ledger" in capsys.readouterr().err


def test_an_approval_is_for_the_hash_that_was_named(planned: OpenPlan) -> None:
    plan = planned.plan
    with pytest.raises(gate.Refused, match=f"forerunner gate approve {plan.id}"):
        admit(plan)
    with pytest.raises(InvalidData, match="look at it again"):
        run("approve", plan.id, "--hash", "f" * 64)
    given = told("approve", plan.id, "--hash", plan.hash, "--for", "30m")
    assert (given["hash"], given["who"]) == (plan.hash, "ann")
    with pytest.raises(gate.Refused, match="ann asks and approves"):
        admit(plan)
    admit(plan, "ben")


def test_nobody_is_taken_for_having_been_asked(planned: OpenPlan) -> None:
    with pytest.raises(InvalidData, match="nobody can be asked here"):
        run("approve", planned.plan.id)


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_a_person_sees_what_is_approved_and_is_asked(
    planned: OpenPlan, answer: str, code: int
) -> None:
    program = str(Path(sys.executable).with_name("forerunner"))
    child = pexpect.spawn(program, ["gate", "approve", planned.plan.id], timeout=60)
    child.expect("Approve exactly this")
    shown = child.before.decode()
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert planned.plan.hash in shown
    assert "+ip route 10.9.0.0/24 blackhole" in shown
    assert "hunter" not in shown
    assert "\x1b" not in shown
    assert run("audit").count("approved") == 1 - code


@pytest.mark.parametrize("name", ["r1.conf", "r1.running"])
def test_a_text_that_was_altered_is_not_approved(planned: OpenPlan, name: str) -> None:
    (planned.path.with_suffix("") / name).write_text("hostname evil\nend\n")
    with pytest.raises(PlanRefused, match="r1"):
        run("approve", planned.plan.id, "--hash", planned.plan.hash)


@pytest.mark.parametrize("name", ["../../etc/passwd", "plan-x", "-x"])
def test_a_plan_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(PlanRefused, match="no such plan"):
        run("approve", "--hash", "f", "--", name)


@pytest.mark.parametrize("text", ["", "4", "0h", "-1h", "1w", "31d", "1h\n", "٣h"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidData, match="30m, 4h or 2d"):
        gate_command.seconds_of(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("4h", 14_400), ("30d", 2_592_000)]
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert gate_command.seconds_of(text) == seconds


def test_what_a_person_typed_can_be_approved_by_the_name_in_the_refusal(monkeypatch) -> None:
    with pytest.raises(gate.Refused) as caught:
        enter(typed({"link": "r1:r3"}), os.getpid())
    name = str(caught.value).split("gate approve ")[1].split("`")[0]
    kept = read_plan(find_plan(home.var() / "plans", name))
    monkeypatch.setenv(WHO, "ben")
    run("approve", name, "--hash", kept.hash)
    monkeypatch.setenv(WHO, "ann")
    assert enter(typed({"link": "r1:r3"}), os.getpid())
    with pytest.raises(gate.Refused, match="nobody has approved"):
        enter(typed({"link": "r1:r2"}), os.getpid())


def test_a_change_that_nothing_was_written_down_of_cannot_be_approved() -> None:
    with pytest.raises(gate.Refused, match="nothing that an approval could bind to"):
        enter(typed({}), os.getpid())


def test_the_trail_is_listed_and_verified(planned: OpenPlan) -> None:
    gate.approve(planned.plan, "ben", 60, Database())
    gate.close(admit(planned.plan), Database())
    shown = run("audit")
    assert [shown.count(word) for word in ("approved", "admitted", "ended")] == [1, 1, 1]
    lines = [json.loads(line) for line in run("audit", "--json", "--last", "2").splitlines()]
    assert [line["kind"] for line in lines] == ["admitted", "ended"]
    assert "intact: 3 entries" in run("audit", "verify")
    assert told("audit", "verify") == {"intact": True, "entries": 3, "faults": []}


def test_a_trail_that_somebody_was_at_is_told_and_is_a_failure(planned: OpenPlan) -> None:
    gate.approve(planned.plan, "ben", 60, Database())
    admit(planned.plan)
    with Database().transaction() as execute:
        execute("DELETE FROM gate_audit WHERE sequence = 2")
    assert "cut short" in run("audit", "verify", code=1)
    assert told("audit", "verify", code=1)["intact"] is False
