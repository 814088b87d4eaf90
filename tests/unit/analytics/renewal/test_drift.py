"""Drift is told by many inputs or by grades, and not by one sick link or a few of them."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.failure.examples import benign_case, benign_examples
from analytics.failure.model import LinkFailureModel
from analytics.failure.training import usual_inputs
from analytics.grade import Grade
from analytics.renewal.drift import model_drift
from analytics.renewal.recorded import Stretch
from forerunner.errors import InvalidData
from tests.unit.analytics.grade.conftest import grade


@pytest.fixture
def trained(model: LinkFailureModel) -> LinkFailureModel:
    found = LinkFailureModel.from_bytes(model.to_json().encode(), "test")
    own = [benign_examples(x.series, x.healthy) for x in _recorded(range(80_000, 80_010))]
    found.card_ = {**found.card_, "inputs": usual_inputs(own)}
    return found


def _recorded(seeds: range, loss: float = 0.0) -> list[Stretch]:
    found = []
    for seed in seeds:
        series, chance = benign_case(seed, 600.0).series, np.random.default_rng(seed)
        more = chance.binomial(series.sent - series.lost_forward, loss)
        series = replace(series, lost_forward=series.lost_forward + more)
        found.append(Stretch(f"link {seed}", 0.0, series, np.ones(len(series), bool)))
    return found


def _grades(model: LinkFailureModel, right: int, false: int) -> list[Grade]:
    verdicts = ["right"] * right + ["false_alarm"] * false
    return [grade(at, each, model=model.name) for at, each in enumerate(verdicts)]


def test_healthy_time_of_other_seeds_has_not_drifted(trained: LinkFailureModel) -> None:
    found = model_drift(trained, _recorded(range(90_000, 90_005)), _grades(trained, 150, 1))

    assert found.reasons == []
    assert found.calibration.n == 151


def test_loss_everywhere_is_drift_of_inputs(trained: LinkFailureModel) -> None:
    found = model_drift(trained, _recorded(range(90_000, 90_005), loss=0.03), [])

    (reason,) = found.reasons
    assert "inputs have drifted" in reason


def test_probabilities_that_do_not_come_true_are_drift(trained: LinkFailureModel) -> None:
    found = model_drift(trained, [], _grades(trained, 90, 60))

    (reason,) = found.reasons
    assert reason.startswith("its probabilities are off by 0.3")


def test_grades_of_other_models_and_few_of_them_say_nothing(trained: LinkFailureModel) -> None:
    others = [grade(at, "false_alarm", model="another") for at in range(200)]

    assert model_drift(trained, [], others).calibration.n == 0
    assert model_drift(trained, [], _grades(trained, 0, 20)).reasons == []


def test_a_model_that_learned_from_no_recorded_time_says_nothing_of_inputs(
    trained: LinkFailureModel,
) -> None:
    own = [benign_examples(x.series, x.healthy) for x in _recorded(range(80_000, 80_002))]
    trained.card_["inputs"] = usual_inputs(own)

    found = model_drift(trained, _recorded(range(90_000, 90_005), loss=0.03), [])

    assert trained.card_["inputs"] == {}, "twenty minutes are too few"
    assert (found.reasons, found.seen) == ([], "no recorded inputs to compare, 0 grades")


def test_a_model_of_an_older_version_says_what_to_do(model: LinkFailureModel) -> None:
    with pytest.raises(InvalidData, match=r"card\.inputs.*train again"):
        model_drift(model, [], [])
