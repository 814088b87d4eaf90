"""Rows know what came after them, and nothing of what they may not know."""

import numpy as np
import pytest

from analytics.risk.history import STEP_S, TooFew, Unit, columns
from analytics.risk.kinds import DEVICE, INTERFACE
from analytics.risk.learning import learn, split

NAN = np.nan


def unit(up: list[float]) -> Unit:
    return Unit("r1", "eth0", 0.0, np.zeros((len(up), len(columns(INTERFACE)))), np.array(up))


def test_the_time_to_a_failure_ends_in_the_middle_of_the_step_that_has_it() -> None:
    left = unit([1, 1, 0.5, 0, 1, 0, 1]).remaining_s() / STEP_S
    assert left.tolist() == [1.5, 0.5, 2.5, 1.5, 0.5, np.inf, np.inf]


def test_what_came_is_known_by_a_failure_or_by_a_whole_horizon() -> None:
    told = unit([1, NAN, 1, 1, 0, 1, 1, 1, 1]).told(2 * STEP_S)
    # The first has a gap after it, the fifth is down, and what comes after the end is not known.
    assert told.tolist() == [False, False, True, True, False, True, True, False, False]


def test_what_is_learned_from_ends_a_horizon_before_the_time_that_judges() -> None:
    marked = unit([1.0] * 80)
    marked.rows[:, 0] = np.arange(80)
    first, last, kept = split([marked], 10 * STEP_S)
    assert kept == 1.0
    assert first.table[:, 0].max() == 49
    assert last.table[:, 0].min() == 60


def test_a_device_is_the_sum_of_its_interfaces_and_says_what_it_does_not_know() -> None:
    found = {
        ("", "snmp_up"): np.ones(3),
        ("", "memory_total_bytes"): np.full(3, 100.0),
        ("", "memory_available_bytes"): np.array([75.0, 50.0, NAN]),
        ("a", "if_in_errors_s"): np.array([1.0, NAN, NAN]),
        ("b", "if_out_errors_s"): np.array([2.0, 4.0, NAN]),
    }
    measured = DEVICE.measured(found)[""]
    by_name = dict(zip(DEVICE.columns, measured.T, strict=True))
    np.testing.assert_allclose(by_name["memory_used_share"], [0.25, 0.5, NAN])
    np.testing.assert_allclose(np.expm1(by_name["errors_s"]), [3.0, 4.0, NAN])
    assert np.isnan(by_name["cpu_used_share"]).all()


@pytest.mark.parametrize("kind", [INTERFACE, DEVICE])
def test_what_is_not_polled_is_no_unit(kind: object) -> None:
    assert kind.measured({("a", "if_in_errors_s"): np.ones(3)}) == {}  # type: ignore[attr-defined]


def test_many_failures_of_one_day_are_too_few_to_learn_from() -> None:
    up = np.ones(16 * 288)
    up[100:148:6] = 0
    up[-600::200] = 0
    with pytest.raises(TooFew, match="failed on 1 days of one interface each, and 3 are needed"):
        learn(INTERFACE, [unit(up.tolist())], 3600.0)
