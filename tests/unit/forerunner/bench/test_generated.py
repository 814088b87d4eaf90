"""Generated changes are valid by construction, and the same for the same seed."""

from pathlib import Path
from random import Random

import pytest

from forerunner.bench.change.generated import changed
from forerunner.bench.change.site import resets
from forerunner.dialects import frr

RUNNING = frr.running_config(
    (Path(__file__).parents[3] / "golden" / "frr" / "running.txt").read_text()
).replace(" ip ospf cost", " description link a:b\n ip ospf cost")


@pytest.mark.parametrize("seed", range(20))
def test_a_change_touches_no_session_and_is_the_same_again(seed: int) -> None:
    target = changed(RUNNING, Random(seed))
    differing = frr.differences(RUNNING, target)

    assert target == changed(RUNNING, Random(seed))
    assert "remote-as" not in differing
    assert "hello-interval" not in differing
    assert frr.misread(target) == []


def test_many_changes_one_after_the_other_stay_a_configuration() -> None:
    dice, config = Random(7), RUNNING
    for _ in range(50):
        config = changed(config, dice)

    assert frr.running_config(config) == config


def test_a_session_that_came_up_anew_or_is_gone_is_a_reset() -> None:
    assert resets({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2}) == ["b: 1 then 2", "c: 1 then None"]
