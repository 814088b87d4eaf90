"""What is tested on was not learned from."""

from itertools import combinations

from analytics.evaluate.replay import benign_seeds
from analytics.failure.training import SEEDS
from forerunner.degradation import TEST_KINDS, TRAINING_KINDS


def test_no_kind_is_both_learned_from_and_tested_on() -> None:
    assert not set(TEST_KINDS) & set(TRAINING_KINDS)


def test_no_seed_serves_two_things() -> None:
    spans = [set(span) for span in vars(SEEDS).values()]
    spans.append(set(benign_seeds(100, 0)))
    assert not any(one & two for one, two in combinations(spans, 2))
