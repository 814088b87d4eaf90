"""What was unusual is read out of the store: one event for a link that failed, causes ranked."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from forerunner.errors import ForerunnerError
from forerunner.model import Sample
from forerunner.store import Store

_POLLS, _EVERY_S = 400, 5.0


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return Store(tmp_path / "telemetry")


def _polled(failed: tuple[str, ...]) -> list[Sample]:
    """Return polls of the link r1:r3, which is down at these ends in the last three."""
    begun, found = time.time() - _POLLS * _EVERY_S - 10, []
    for at in range(_POLLS):
        for host, interface, address in (("r1", "to-r3", "10.0.0.3"), ("r3", "to-r1", "10.0.0.1")):
            down = host in failed and at >= _POLLS - 3
            rows = [("if_oper_status", interface, 0.0 if down else 1.0)]
            rows += [("ospf_neighbour_state", "10.0.0.9", 8.0)]
            # A neighbour that is gone is no row any more.
            rows += [] if down else [("ospf_neighbour_state", address, 8.0)]
            moment = begun + at * _EVERY_S
            found += [Sample(moment, host, where, name, value) for name, where, value in rows]
    return found


def _ask(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(application, ["anomalies", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.output)
    return answer


def test_a_link_that_failed_is_one_event_with_both_ends(store: Store) -> None:
    store.append(_polled(failed=("r1", "r3")))

    (event,) = _ask("--json")["events"]

    assert event["devices"] == ["r1", "r3"]
    assert [x["metric"] for x in event["causes"] if x["device"] == "r1"] == [
        "if_oper_status to-r3",
        "ospf rows",
    ]


def test_one_end_alone_is_told_only_where_less_is_asked_for(store: Store) -> None:
    store.append(_polled(failed=("r1",)))

    assert _ask("--json")["events"] == []
    assert len(_ask("--json", "--threshold", "4")["events"]) == 1


def test_people_see_the_causes(store: Store) -> None:
    store.append(_polled(failed=("r1", "r3")))

    shown = CliRunner().invoke(application, ["anomalies"], env={"COLUMNS": "160"}).output

    assert "1 events" in shown
    assert "r1 if_oper_status to-r3 2.6" in shown


def test_nothing_that_was_polled_says_what_to_do(store: Store) -> None:
    error = CliRunner().invoke(application, ["anomalies"]).exception

    assert isinstance(error, ForerunnerError)
    assert "playbooks/start_telemetry.yml" in str(error)
