"""The command line: what it shows, and one line where something is wrong."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forerunner import cli
from forerunner.backup.freshness import FILE, Attempts, plain
from forerunner.ledger import Ledger
from forerunner.ledger_view import describe, records, table
from forerunner.model import Outcome, Plan, Prediction

PREDICTION = Prediction(
    "p-1", "link_failure", "r1:r3", 0.93, 12.5, 30.0, {"loss": 0.1}, "m-1", 100.0
)
PLAN = Plan(
    "n-1", "drain_link", ("r1", "r3"), {"link": "r1:r3"}, "it will fail", "p-1", {}, (), "u", 9.0
)
OUTCOME = Outcome(
    plan="n-1",
    state="verified",
    hosts={"r1": {"status": "changed", "message": ""}, "r3": {"status": "ok", "message": ""}},
    before={"cost": 10, "path": ["r1", "r3"]},
    after={"cost": 65535, "path": ["r1", "r3"]},
    started_at=101.0,
    ended_at=103.5,
    run="cli",
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    opened = Ledger.open()
    yield opened
    opened.close()


def fill(ledger: Ledger) -> None:
    ledger.add_prediction(PREDICTION)
    ledger.add_plan(PLAN)
    ledger.add_outcome(OUTCOME)


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def failing_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["forerunner", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    return caught.value.code


def test_help_names_every_command() -> None:
    shown = run("--help")

    for command in ("observe", "ledger", "remediate", "gate", "lab", "demo", "airflow", "bench"):
        assert f" {command} " in shown


def test_an_empty_ledger_says_so(ledger: Ledger) -> None:
    assert "The ledger is empty" in run("ledger")


def test_the_ledger_shows_prediction_plan_hosts_and_change(ledger: Ledger) -> None:
    fill(ledger)

    shown = run("ledger")

    for text in (
        "r1:r3 link failure",
        "p = 0.930",
        "12.5 s",
        "p-1",
        "drain_link on r1, r3",
        "verified",
    ):
        assert text in shown
    assert "r1: changed" in shown
    assert "cost: 10 → 65535" in shown
    assert "path" not in shown


def test_json_is_one_whole_record_a_line(ledger: Ledger) -> None:
    fill(ledger)

    (line,) = run("ledger", "--json").splitlines()

    assert json.loads(line) == {
        "prediction": PREDICTION.to_dict(),
        "plan": PLAN.to_dict(),
        "outcomes": [OUTCOME.to_dict()],
    }


def test_a_prediction_that_nobody_acted_on_is_shown_too(ledger: Ledger) -> None:
    fill(ledger)
    ledger.add_prediction(replace(PREDICTION, id="p-2", made_at=200.0))

    first, second = records(ledger, 10)

    assert (first["prediction"]["id"], first["plan"]) == ("p-2", None)
    assert second["plan"]["id"] == "n-1"
    assert "not acted on" in run("ledger")


def test_a_plan_that_is_under_way_is_shown_as_begun(ledger: Ledger) -> None:
    ledger.add_prediction(PREDICTION)
    ledger.add_plan(PLAN)

    assert "begun" in run("ledger")


def test_a_plan_by_hand_is_shown_as_such(ledger: Ledger) -> None:
    ledger.add_plan(replace(PLAN, prediction=None))
    ledger.add_outcome(OUTCOME)

    assert "asked for by hand" in run("ledger")


def test_last_limits_what_is_shown(ledger: Ledger) -> None:
    for number in range(5):
        ledger.add_prediction(replace(PREDICTION, id=f"p-{number}", made_at=float(number)))

    shown = [json.loads(line) for line in run("ledger", "--json", "--last", "2").splitlines()]

    assert [record["prediction"]["id"] for record in shown] == ["p-4", "p-3"]


def test_what_a_device_said_cannot_steer_the_terminal(ledger: Ledger) -> None:
    ledger.add_plan(replace(PLAN, prediction=None))
    hostile = {"banner": "[red]\x1b[2Jgone"}
    ledger.add_outcome(replace(OUTCOME, before=hostile, after={}))

    assert "banner: [red]?[2Jgone → null" in run("ledger")


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", "\x9b2J", "a\rb"])
def test_no_field_of_a_record_reaches_the_terminal_as_control(ledger: Ledger, text: str) -> None:
    ledger.add_prediction(replace(PREDICTION, target=text))
    ledger.add_plan(replace(PLAN, limit=(text,), reason=text))
    ledger.add_outcome(
        replace(OUTCOME, hosts={text: {"status": text}}, before={}, after={}, message=text)
    )
    shown = run("ledger") + run("ledger", "--json") + describe(replace(OUTCOME, message=text))

    assert [letter for letter in shown if not letter.isprintable() and letter != "\n"] == []


def test_a_table_has_one_row_a_record(ledger: Ledger) -> None:
    fill(ledger)

    assert table(records(ledger, 5)).row_count == 1


def test_an_outcome_reads_as_one_line() -> None:
    told = describe(replace(OUTCOME, message="path moved\nto r1-r2-r3"))

    assert told == "n-1 verified in 2.5 s: path moved to r1-r2-r3"


def test_an_error_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORERUNNER_LEDGER", "postgresql+nodriver://me:hunter2@db/x")

    code = failing_main(monkeypatch, "ledger")

    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert line.startswith("forerunner: FORERUNNER_LEDGER is no URL")
    assert "hunter2" not in line


@pytest.mark.parametrize("arguments", [["nonsense"], ["ledger", "--last", "0"], ["remediate"]])
def test_wrong_usage_is_exit_code_2(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert failing_main(monkeypatch, *arguments) == 2


def test_an_unknown_prediction_is_one_line(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = failing_main(monkeypatch, "remediate", "p-9")

    assert code == 2
    assert "no prediction is called 'p-9'" in capsys.readouterr().err


def test_help_loads_none_of_the_heavy_parts() -> None:
    probe = (
        "import sys; from forerunner import cli\n"
        "heavy = {'airflow', 'ansible_runner', 'duckdb', 'networkx', 'sklearn', 'sqlalchemy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout

    assert told.strip() == "[]"


def test_backups_are_told_with_their_age_and_a_stale_one_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    runner = CliRunner()
    assert runner.invoke(cli.app, ["backups"]).exit_code == 1
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / FILE).write_bytes(plain({"r1": Attempts(time.time() - 7200, "c1")}))
    fresh = runner.invoke(cli.app, ["backups"])
    assert (fresh.exit_code, fresh.output) == (0, "r1: fresh, last good 2 h ago\n")
    stale = runner.invoke(cli.app, ["backups", "--maximum-age-h", "1", "--json"])
    assert (stale.exit_code, json.loads(stale.output)["state"]) == (1, "stale")
