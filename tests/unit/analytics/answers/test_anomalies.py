"""What was unusual is read out of the store: one event for a link that failed, causes ranked."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from forerunner.errors import ForerunnerError
from forerunner.model import Sample
from forerunner.store import Keep, RollUps, Store, Wanted

_POLLS, _EVERY_S, _STEP_S = 400, 5.0, 300


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


def _courses(fault: dict[str, float], hours: float = 2.0, days: float = 3.0) -> list[Sample]:
    """Return loads and delays of the link r1:r3 that go by the day, times a fault in the end."""
    end, random = time.time() // _STEP_S * _STEP_S, np.random.default_rng(1)
    times = end - _STEP_S * np.arange(int(days * 288), -1, -1)
    day = 5e6 + 3e6 * np.sin(2 * np.pi * (times - end) / 86_400)
    found = []
    for host, interface, metric, usual in (
        ("r1", "to-r3", "if_out_octets", day),
        ("r3", "to-r1", "if_out_octets", day / 2),
        ("r1", "to-r3", "probe_rtt_s", np.full(len(times), 0.004)),
    ):
        values = usual * random.normal(1, 0.02, len(times))
        values[times > end - hours * 3600] *= fault.get(f"{host} {metric}", 1.0)
        if metric == "if_out_octets":
            values = np.cumsum(values * _STEP_S / 8)
        rows = zip(times.tolist(), values.tolist(), strict=True)
        found += [Sample(when, host, interface, metric, value) for when, value in rows]
    return found


_BOTH = {"r1 if_out_octets": 3.0, "r3 if_out_octets": 3.0}


@pytest.mark.parametrize(
    ("fault", "causes"),
    [
        ({"r1 probe_rtt_s": 3.0}, {"r1 rtt to-r3"}),
        (_BOTH, {"r1 load to-r3", "r3 load to-r1"}),
        ({}, set()),
    ],
    ids=["delay", "load", "nothing"],
)
def test_an_unusual_course_is_one_event_and_that_of_the_day_is_none(
    store: Store, fault: dict[str, float], causes: set[str]
) -> None:
    store.append(_courses(fault))

    answer = _ask("--json", "--since", "1d")

    assert len(answer["events"]) == (1 if causes else 0)
    assert {f"{x['device']} {x['metric']}" for e in answer["events"] for x in e["causes"]} == causes
    looked = answer["courses"]
    assert (looked["series"], looked["step_s"], looked["seasonal"]) == (3, 300.0, True)


def test_minutes_stand_in_for_samples_that_are_gone(store: Store, tmp_path: Path) -> None:
    store.append(_courses({"r1 probe_rtt_s": 3.0}))
    before = _ask("--json", "--since", "1d")
    rolled = RollUps(tmp_path / "telemetry")
    rolled.roll_up()
    rolled.forget(Keep(1, 90, 1100), time.time())

    after = _ask("--json", "--since", "1d")

    assert len(store.ask("SELECT * FROM {table} WHERE {where}", Wanted())) < 3 * 288 * 3
    assert (after["courses"]["series"], len(after["events"])) == (3, 1)
    assert after["events"][0]["begun"] == before["events"][0]["begun"]


def test_what_was_unusual_before_the_span_is_not_told(store: Store) -> None:
    store.append(_courses({"r1 probe_rtt_s": 3.0}, hours=30.0))

    assert _ask("--json", "--since", "1h")["events"] == []


def test_a_link_that_fails_and_its_courses_are_one_event(store: Store) -> None:
    store.append([*_polled(failed=("r1", "r3")), *_courses(_BOTH, hours=0.5, days=4.0)])

    (event,) = _ask("--json")["events"]

    metrics = {x["metric"] for x in event["causes"]}
    assert {"if_oper_status to-r3", "load to-r3", "load to-r1"} <= metrics


def test_a_watch_that_has_ended_is_not_taken_for_a_network_without_faults(store: Store) -> None:
    ago = [replace(each, time=each.time - 86_400) for each in _courses({})]
    store.append(ago)

    with pytest.raises(ForerunnerError, match="nothing was polled"):
        CliRunner().invoke(application, ["anomalies"], catch_exceptions=False)


def test_people_see_what_was_looked_at(store: Store) -> None:
    store.append(_courses({"r1 probe_rtt_s": 3.0}))

    shown = CliRunner().invoke(application, ["anomalies"], env={"COLUMNS": "160"}).output

    assert "r1 rtt to-r3" in shown
    assert "3 loads and delays in steps of 300 s, the day as their season" in shown
