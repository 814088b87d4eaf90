"""The capped CUSUM adds up evidence, and no interval alone decides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.anomaly import CappedCusum

PAIRS = st.lists(st.integers(0, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))


@given(PAIRS)
def test_the_online_and_the_vectorised_score_are_the_same(pairs: list[tuple[int, int]]) -> None:
    detector = CappedCusum()
    online = [detector.update(lost, sent) for lost, sent in pairs]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    assert online == CappedCusum().score(table[:, 0], table[:, 1]).tolist()


@given(PAIRS)
def test_no_interval_adds_more_than_the_cap(pairs: list[tuple[int, int]]) -> None:
    detector, before = CappedCusum(cap=3.0), 0.0
    for lost, sent in pairs:
        after = detector.update(lost, sent)
        assert 0 <= after <= before + 3.0
        before = after


def test_fit_learns_what_a_healthy_link_loses() -> None:
    lost, sent = np.full(100, 4), np.full(100, 200)
    assert CappedCusum(healthy_loss=0.01, failing_loss=0.06).fit(lost, sent).healthy_loss_ == 0.02


def test_a_healthy_link_never_loses_as_much_as_a_failing_one() -> None:
    lost, sent = np.full(100, 100), np.full(100, 200)
    assert CappedCusum(failing_loss=0.06).fit(lost, sent).healthy_loss_ == 0.03
