"""Online and vectorised features are the same features."""

import numpy as np
import pytest

from analytics.failure.examples import SURROUNDINGS, benign_case, fault_case
from analytics.failure.features import NAMES, Features, extract
from analytics.failure.series import ProbeSeries
from forerunner.degradation import KINDS


def online(series: ProbeSeries) -> np.ndarray:
    features = Features()
    return np.array([features.update(probed) for probed in series.bins("r1:r3")])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "benign"])
def test_both_paths_give_the_same_rows_bin_by_bin(kind: str) -> None:
    for around in SURROUNDINGS:
        series = fault_case(kind, 7, around).series
        np.testing.assert_allclose(online(series), extract(series), rtol=0, atol=1e-9)


def test_both_paths_agree_on_benign_time() -> None:
    series = benign_case(3, length_s=600).series
    np.testing.assert_allclose(online(series), extract(series), rtol=0, atol=1e-9)


def test_no_row_looks_ahead() -> None:
    series = fault_case("sawtooth", 2).series
    whole = extract(series)
    half = ProbeSeries(*(column[:700] for column in vars(series).values()))
    np.testing.assert_allclose(extract(half), whole[:700], rtol=0, atol=1e-9)


def test_a_row_has_a_value_for_every_name() -> None:
    series = benign_case(1, length_s=10).series
    assert extract(series).shape == (100, len(NAMES))


def test_loss_in_a_full_queue_is_not_plain_loss() -> None:
    count = 400
    sent = np.full(count, 10)
    lost = np.where(np.arange(count) >= 200, 1, 0)
    rtt_s = np.where(np.arange(count) >= 190, 0.02, 0.0003)
    last = extract(ProbeSeries(sent, lost, sent - lost, 0 * lost, rtt_s))[-1]
    assert last[NAMES.index("plain_loss_1s")] == 0
    assert last[NAMES.index("any_loss_1s")] > 2
    assert last[NAMES.index("delay_inflation")] > 1


def test_a_burst_is_not_steady_loss() -> None:
    lost = np.zeros(300, dtype=int)
    lost[200:205] = 5
    sent = np.full(300, 10)
    rows = extract(ProbeSeries(sent, lost, sent - lost, 0 * lost, np.full(300, 0.0003)))
    assert rows[210, NAMES.index("steady_loss_2s")] == 0
    assert rows[210, NAMES.index("burst_time_2s")] > 0.2
    assert rows[210, NAMES.index("bursts_60s")] == 1


def test_loss_beside_late_answers_here_and_there_is_plain_loss() -> None:
    index = np.arange(400)
    sent = np.full(400, 10)
    lost = np.where(index >= 200, 1, 0)
    rtt_s = np.where(index % 4 == 0, 0.02, 0.0003)
    last = extract(ProbeSeries(sent, lost, sent - lost, 0 * lost, rtt_s))[-1]
    assert last[NAMES.index("plain_loss_1s")] > 2


def test_a_second_burst_stands_beside_the_worst_half_second() -> None:
    lost = np.zeros(300, dtype=int)
    lost[100:105] = lost[140:145] = 5
    sent = np.full(300, 10)
    rows = extract(ProbeSeries(sent, lost, sent - lost, 0 * lost, np.full(300, 0.0003)))
    beside = rows[:, NAMES.index("beside_worst_8s")]
    assert beside[110] == 0
    assert beside[150] > 3
