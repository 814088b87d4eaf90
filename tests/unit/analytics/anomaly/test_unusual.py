"""One score for values, levels and courses, that fades and bears gaps."""

import numpy as np
import pytest

from analytics.anomaly import Unusual

_COUNT = 900


def _daily() -> np.ndarray:
    noise = np.random.default_rng(1).normal(0.0, 0.05, _COUNT)
    return 10 + np.sin(2 * np.pi * np.arange(_COUNT) / 48) + noise


@pytest.mark.parametrize("fault", ["value", "level", "course"])
def test_each_kind_of_fault_stands_out(fault: str) -> None:
    values, rows = _daily(), np.arange(24)
    values[-24:] = {
        "value": np.where(rows == 20, 15.0, values[-24:]),
        "level": values[-24:] + 6,
        "course": 10 + np.sin(2 * np.pi * rows / 12),
    }[fault]

    scores = Unusual(hold=0).score(values)

    assert scores[-24:].max() > scores[400:-24].max()


def test_a_peak_fades_to_a_third_within_the_hold() -> None:
    detector = Unusual(hold=50)
    peak = max(detector.update(float(each)) for each in np.append(_daily(), 40.0))
    after = [detector.update(float("nan")) for _ in range(50)]

    assert after[-1] == pytest.approx(peak / np.e, rel=1e-6)


def test_a_gap_is_taken_for_nothing() -> None:
    values = _daily()
    with_gaps = np.insert(values, [100, 500], np.nan)

    found = Unusual(hold=0).score(with_gaps)

    np.testing.assert_array_equal(np.delete(found, [100, 501]), Unusual(hold=0).score(values))
    assert found[100] == 0


def test_a_season_is_usual_where_its_length_is_told() -> None:
    pulses = np.where(np.arange(_COUNT) % 90 == 0, 50.0, 1.0)
    pulses += np.random.default_rng(2).normal(0, 0.1, _COUNT)

    told, untold = (Unusual(hold=0, period=each).score(pulses)[810] for each in (90, 0))

    assert told < untold
