"""What a replay counts is what a trigger and a black hole would do."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.decide import Policy, Trigger
from analytics.evaluate import acts, loss_share
from forerunner.degradation import schedule

POLICY = Policy(0.9, 0.5, 60, 3, 0.8, 10, 2, 20, 2, 600, 30)


@given(st.lists(st.sampled_from([0.1, 0.6, 0.95]), min_size=1, max_size=200))
def test_acts_are_those_of_a_trigger_fed_every_value(scores: list[float]) -> None:
    trigger = Trigger(POLICY)
    expected = [index for index, score in enumerate(scores) if trigger.update(index * 0.5, score)]
    assert acts(np.array(scores), POLICY, 0.5) == expected


def test_nobody_acting_loses_as_much_as_the_dead_timer() -> None:
    assert loss_share(schedule("linear", 1), None) == 1.0


def test_acting_at_the_onset_loses_only_what_the_reaction_takes() -> None:
    fault = schedule("stepped", 1)
    lost = 4.5 * fault.points[round(fault.onset_s * 10)].loss
    assert loss_share(fault, fault.onset_s) == pytest.approx(lost / 8.9, rel=0.05)


def test_acting_later_loses_more() -> None:
    fault = schedule("bursty", 1)
    shares = [loss_share(fault, fault.onset_s + delay) for delay in range(0, 40, 5)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_schedule_without_a_fault_has_no_share() -> None:
    with pytest.raises(ValueError, match="no fault"):
        loss_share(schedule("benign", 1, length_s=10), None)


def test_the_command_writes_the_baselines_figures(tmp_path: Path) -> None:
    out = tmp_path / "cusum.json"
    arguments = ["replay", "--detector", "cusum", "--hours", "1", "--faults", "1"]
    result = CliRunner().invoke(application, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    figures = json.loads(out.read_text())
    assert figures["hours"] == 1
    assert figures["acts_per_hour"] == figures["acts"]
    assert [row["kind"] for row in figures["kinds"]] == ["linear", "stepped", "bursty", "flapping"]
    assert 0 < figures["share_median"] <= 1
