"""The outlook of the links comes from their counters, and says what it goes by."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from forerunner import home
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


def test_without_counters_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    done = CliRunner().invoke(application, ["forecast"])
    assert "no counters" in str(done.exception)
