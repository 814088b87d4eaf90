"""The outlook of the links comes from their counters, and says what it goes by."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.__main__ import application, asked
from analytics.answers.calendar import Calendar
from analytics.answers.outlook import _by_the_clock
from analytics.forecasting import Series
from forerunner import home
from forerunner.errors import InvalidData
from forerunner.model import Sample
from forerunner.store import Keep, RollUps, Store

_DAYS, _STEP_S = 9, 300


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Nine days of r1 to r3, up to 850 Mbit/s by day, and of r1 to r2 with a tenth of that."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    made = Store(tmp_path / "telemetry")
    end = time.time() // _STEP_S * _STEP_S
    times = end - _STEP_S * np.arange(_DAYS * 288, -1, -1)
    rate = 1e6 * (500 + 350 * np.sin(2 * np.pi * times / 86_400))
    octets = np.concatenate([[0.0], np.cumsum(rate[1:] * _STEP_S / 8)])
    made.append(
        [
            Sample(float(when), "r1", interface, "if_out_octets", float(count / part))
            for when, count in zip(times, octets, strict=True)
            for interface, part in (("to-r3", 1), ("to-r2", 10))
        ]
    )
    return made


def ask(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(application, [*words, "--step", "1h", "--since", "9d", "--json"])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.output)
    return answer


def test_a_day_is_expected_as_the_days_before_were(store: Store) -> None:
    answer = ask("forecast", "r1:r3")
    row = next(each for each in answer["links"] if each["model"] == "day profile")
    assert row["model"] == "day profile"
    assert row["peak_share"] == pytest.approx(0.85, rel=0.1)


def test_which_link_passes_its_headroom_comes_first(store: Store) -> None:
    first, *others = ask("congestion", "--headroom", "0.7")["links"]
    assert first["probability"] > 0.9
    assert first["passes_at"] is not None
    assert all((each["probability"] or 0.0) < 0.1 for each in others)


@pytest.mark.parametrize("command", ["forecast", "congestion"])
def test_people_get_a_table(store: Store, command: str) -> None:
    done = CliRunner().invoke(application, [command, "--step", "1h", "--since", "9d"])
    assert done.exit_code == 0, done.output
    assert "r1" in done.output


def test_what_the_samples_no_longer_have_comes_from_their_minutes(store: Store) -> None:
    rolled = RollUps(home.telemetry())
    rolled.roll_up()
    before = ask("forecast", "r1:r3")
    rolled.forget(Keep(samples=3))
    after = ask("forecast", "r1:r3")

    assert len(store.read(["if_out_octets"])) < 5 * 288 * 2
    expected = [
        next(x["expected_bit_s"] for x in each["links"] if x["model"] == "day profile")
        for each in (before, after)
    ]
    assert expected[1] == pytest.approx(expected[0], rel=0.02)


def test_each_step_has_both_ends_of_its_intervals(store: Store) -> None:
    row = next(x for x in ask("forecast", "r1:r3")["links"] if x["model"] == "day profile")
    ends = [row[f"{end}{share}_bit_s"] for end, share in (("low", 95), ("low", 80))]
    ends += [row["expected_bit_s"], row["high80_bit_s"], row["high95_bit_s"]]
    assert [len(each) for each in ends] == [24] * 5
    assert (np.diff(np.array(ends), axis=0) >= 0).all()
    assert ends[3][int(np.argmax(row["expected_bit_s"]))] == row["high80"]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--horizon", "30d", "--horizon: '30d' is more than 7d"),
        ("--horizon", "5x", "--horizon: '5x' is no span"),
        ("--step", "5x", "--step: '5x' is no span"),
        ("--step", "7m", "--step: '7m' does not divide a day"),
        ("--since", "5x", "--since: '5x' is no span"),
    ],
)
@pytest.mark.parametrize("command", ["forecast", "congestion"])
def test_an_option_that_is_wrong_is_named(command: str, option: str, value: str, said: str) -> None:
    assert said in str(CliRunner().invoke(application, [command, option, value]).exception)


def test_the_inventory_tells_the_holidays(store: Store, tmp_path: Path) -> None:
    links = (home.root() / "inventories/lab/group_vars/all/network.yml").read_text()
    path = tmp_path / "network.yml"
    today = datetime.now(UTC).date()
    days = [(today + timedelta(days=x)).isoformat() for x in (-3, 0, 1)]
    calendar = f"network_calendar: {{timezone: Europe/Vienna, holidays: [{', '.join(days)}]}}"
    path.write_text(re.sub("^network_calendar:.*$", calendar, links, flags=re.MULTILINE))
    given = asked("9d", path).calendar
    assert (given.timezone, len(given.holidays)) == ("Europe/Vienna", 3)
    plain, told = ask("forecast", "r1:r3"), ask("forecast", "r1:r3", "--links", str(path))
    assert told["links"] != plain["links"]


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"holidays": ["2026-13-45"]}, "holidays"),
        ({"holidays": ["Christmas"]}, "2026-12-25"),
        ({"zone": "UTC"}, "zone"),
        ("UTC", "object"),
    ],
)
def test_a_calendar_that_is_none_is_refused(calendar: Any, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        Calendar.from_data(calendar, "network.yml")


# Clocks went back on 2026-10-25 at 01:00 UTC, and forward on 2026-03-29.
@pytest.mark.parametrize("changed", ["2026-10-25T01:00+00:00", "2026-03-29T01:00+00:00"])
@pytest.mark.parametrize("days", [-0.6, 1.5])
def test_people_go_by_their_clock_when_it_changes(changed: str, days: float) -> None:
    vienna, moment = Calendar("Europe/Vienna"), datetime.fromisoformat(changed).timestamp()
    # What is known ends so long after the change, or before it.
    end = moment + days * 86_400
    times = end + 900.0 * np.arange(-21 * 96, 96)
    load = 100 + 80 * np.sin(2 * np.pi * vienna.wall(times) / 86_400)[:, None]
    history = Series(load[: 21 * 96], float(times[0]), 900.0)

    told, passed = _by_the_clock(history, 96, [160.0], vienna)
    untold, _ = _by_the_clock(history, 96, [160.0], Calendar())

    came = load[21 * 96 :]
    assert told.start == end
    assert np.abs(told.expected - came).mean() < 4 < np.abs(untold.expected - came).mean()
    first = times[21 * 96 + int(np.argmax(came > 160))]
    assert passed[0].at == pytest.approx(first, abs=1800)


def test_without_counters_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    done = CliRunner().invoke(application, ["forecast"])
    assert "no counters" in str(done.exception)
