"""A small model, trained once."""

import pytest

from analytics.failure.examples import gather
from analytics.failure.model import LinkFailureModel
from forerunner.degradation import TRAINING_KINDS


@pytest.fixture(scope="session")
def model() -> LinkFailureModel:
    """Return a model of few trees and few examples; real, and fast to train."""
    learn = gather(TRAINING_KINDS, range(1000, 1008), range(10_000, 10_002))
    calibrate = gather(TRAINING_KINDS, range(2000, 2004), range(20_000, 20_001))
    return LinkFailureModel(trees=30, depth=3).fit(learn, calibrate)
