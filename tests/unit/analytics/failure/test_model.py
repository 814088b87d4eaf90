"""The model says what scikit-learn says, and is read back without trust."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier

from analytics.failure.examples import fault_case, gather
from analytics.failure.features import extract
from analytics.failure.model import LinkFailureModel, NotFitted
from analytics.failure.trees import Ensemble
from forerunner.errors import InvalidData


def test_a_model_is_named_by_all_that_it_follows_from() -> None:
    learn, other = (gather(("sawtooth",), range(x, x + 2), range(x, x)) for x in (1000, 2000))
    later = replace(learn, remaining_s=learn.remaining_s + 1)
    made = [(learn, other), (learn, learn), (later, other)]
    names = [LinkFailureModel(trees=2).fit(*given).name for given in made]
    names += [LinkFailureModel(trees=2, seed=2).fit(learn, other).name]

    assert len(set(names)) == 4
    assert LinkFailureModel(trees=2).fit(learn, other).name == names[0]


def test_our_trees_score_as_those_of_scikit_learn() -> None:
    learn = gather(["sawtooth"], range(3), range(1))
    theirs = GradientBoostingClassifier(n_estimators=15, max_depth=3, random_state=1)
    theirs.fit(learn.rows, learn.failing, sample_weight=learn.weight)
    ours = Ensemble.from_estimator(theirs)
    rows = extract(fault_case("linear", 1).series)
    np.testing.assert_allclose(ours.score(rows), theirs.decision_function(rows), atol=1e-9)
    single = [ours.score_row(row) for row in rows[::50].tolist()]
    np.testing.assert_allclose(single, theirs.decision_function(rows[::50]), atol=1e-9)


def test_contributions_add_up_to_the_score(model: LinkFailureModel) -> None:
    trees = model.ensemble_
    row = extract(fault_case("linear", 1).series)[-250].tolist()
    usual = trees.base + sum(tree.value[0] for tree in trees.trees)
    total = usual + sum(trees.contributions(row))
    assert total == pytest.approx(trees.score_row(row))


def test_a_saved_model_predicts_the_same(model: LinkFailureModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.json")
    rows = extract(fault_case("stepped", 1).series)
    again = LinkFailureModel.load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict(rows), model.predict(rows))
    assert again.name == model.name


def broken(data: dict, change: str) -> dict:
    """Return a model's data with one thing wrong."""
    if change == "schema":
        return data | {"schema": 99}
    if change == "features":
        return data | {"features": data["features"][::-1]}
    if change == "loop":
        data["trees"][0]["left"][0] = 0
    if change == "column":
        data["trees"][0]["feature"][0] = 999
    if change == "short":
        data["trees"][0]["value"] = [0.0]
    return data


@pytest.mark.parametrize("change", ["schema", "features", "loop", "column", "short"])
def test_a_model_that_does_not_fit_is_refused(
    model: LinkFailureModel, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "model.json"
    model.save(path)
    path.write_text(json.dumps(broken(json.loads(path.read_text()), change)))
    with pytest.raises(InvalidData, match=r"model\.json"):
        LinkFailureModel.load(path)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(b"\x80\x04pickle")
    with pytest.raises(InvalidData, match="no JSON"):
        LinkFailureModel.load(tmp_path / "model.json")


def test_a_missing_model_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(NotFitted, match="python -m analytics train"):
        LinkFailureModel.load(tmp_path / "none.json")


def test_a_model_that_has_not_learned_says_so() -> None:
    with pytest.raises(NotFitted):
        LinkFailureModel().predict(np.zeros((1, 24)))


@pytest.mark.parametrize("kind", ["linear", "stepped", "bursty"])
def test_kinds_that_it_has_not_learned_are_likely_before_the_fault(
    model: LinkFailureModel, kind: str
) -> None:
    case = fault_case(kind, 5)
    end = round(case.schedule.fault_at_s * 10)
    start = round(case.schedule.onset_s * 10)
    probability = model.predict(extract(case.series))
    assert probability[start - 30 : start].max() < 0.5
    assert probability[end - 20 : end].min() > 0.9
