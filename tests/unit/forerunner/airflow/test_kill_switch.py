"""Airflow's Variable stops every change within seconds, and whatever is wrong with it does."""

import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from forerunner.airflow import kill_switch
from forerunner.airflow.kill_switch import Mirror
from forerunner.database import Database, LedgerError
from forerunner.gate import switch
from forerunner.gate.trail import read as trail


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)


def _stops() -> str:
    return " ".join(map(str, switch.stops(Database())))


def _seconds_until(what: Callable[[], object], most: float = 10.0) -> float:
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < most
        time.sleep(0.05)
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("value", "stopped"),
    [("go", False), (" GO \n", False), ("", True), ("stop", True), ("true", True), ("gone", True)],
)
def test_go_is_the_only_word_that_is_no_stop(monkeypatch, value: str, stopped: bool) -> None:
    variable = SimpleNamespace(get=lambda key, default: value)
    monkeypatch.setitem(sys.modules, "airflow.sdk", SimpleNamespace(Variable=variable))
    assert bool(kill_switch.read()) == stopped


def test_a_variable_that_cannot_be_read_is_a_stop(monkeypatch) -> None:
    def fail(key: str, default: str) -> str:
        raise ConnectionError

    monkeypatch.setitem(
        sys.modules, "airflow.sdk", SimpleNamespace(Variable=SimpleNamespace(get=fail))
    )
    assert "cannot be read: ConnectionError" in kill_switch.read()


def test_outside_of_airflow_the_variable_is_a_stop() -> None:
    assert kill_switch.read()


def test_a_stop_is_in_the_ledger_before_anything_runs_and_go_lifts_it() -> None:
    with Mirror(lambda: "fire in Ulm"):
        assert "Airflow's variable by Airflow" in _stops()
        assert "fire in Ulm" in _stops()
    with Mirror(lambda: ""):
        assert _stops() == ""
    assert [entry.data["kind"] for entry in trail(Database())] == ["stop", "go"]


def test_a_stop_while_something_runs_is_told_within_five_seconds() -> None:
    word = [""]
    with Mirror(lambda: word[0]):
        word[0] = "stop"
        assert _seconds_until(_stops) < 5
        word[0] = ""
        assert _seconds_until(lambda: not _stops()) < 5


def test_a_variable_that_does_not_answer_is_a_stop_within_five_seconds() -> None:
    hang, answered = threading.Event(), threading.Event()

    def word() -> str:
        if answered.is_set():
            hang.wait(20)
        answered.set()
        return ""

    with Mirror(word):
        assert _stops() == ""
        assert _seconds_until(_stops) < 5
        assert "was not read" in _stops()
    hang.set()


def test_go_by_airflow_does_not_lift_a_persons_stop() -> None:
    switch.stop(Database(), "zoe", "fire")
    with Mirror(lambda: ""):
        assert "zoe" in _stops()


def test_a_person_lifts_what_an_airflow_that_is_gone_has_said() -> None:
    with Mirror(lambda: "stop"):
        pass
    switch.go(Database(), "zoe")
    assert "forerunner gate go --airflow" in _stops()
    switch.go(Database(), "zoe", airflow=True)
    assert _stops() == ""


def test_without_a_ledger_nothing_is_begun(tmp_path) -> None:
    (tmp_path / "ledger.sqlite").write_text("no database, by far " * 200)
    with pytest.raises(LedgerError), Mirror(lambda: ""):
        pytest.fail("begun")
