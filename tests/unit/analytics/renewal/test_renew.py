"""A model is renewed only by one that is better on what neither has seen."""

from pathlib import Path

import numpy as np
import pytest

from analytics.failure.examples import benign_case, fault_case
from analytics.failure.model import Calibration, LinkFailureModel
from analytics.failure.serving import KIND, in_service
from analytics.failure.training import SEEDS
from analytics.registry import Registry
from analytics.registry.compare import Verdict
from analytics.registry.contest import Renewal
from analytics.renewal import held_out
from analytics.renewal import renew as renewing
from analytics.renewal.recorded import Stretch
from analytics.renewal.renew import renew
from forerunner.degradation import TEST_KINDS
from forerunner.errors import InvalidData


@pytest.fixture(autouse=True)
def few_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_out, "_FAULTS", 4)
    monkeypatch.setattr(held_out, "_HOURS", 1)


def _model(model: LinkFailureModel, offset: float = 0.0, slope: float = 1.0) -> LinkFailureModel:
    """Return the same model with its calibration bent, and so worse."""
    content = model.to_json().encode()
    found = LinkFailureModel.from_bytes(content, "test")
    was = found.calibration_
    found.calibration_ = Calibration(slope * was.slope, was.offset + offset)
    found.card_ = {**found.card_, "metrics": {"brier": 0.01}}
    return found


def _renew(book: Registry, model: LinkFailureModel, monkeypatch: pytest.MonkeyPatch) -> Renewal:
    monkeypatch.setattr(renewing, "train", lambda *_: model)
    return renew(book, list, "ann", lambda _: None)


def test_the_first_is_put_in_service_and_the_same_again_is_not_kept_twice(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Registry(tmp_path)

    first = _renew(book, _model(model), monkeypatch)
    again = _renew(book, _model(model), monkeypatch)

    assert (first.promoted, first.reason) == (True, "the first of its kind")
    assert (again.promoted, again.version) == (False, first.version)
    assert book.versions(KIND) == [first.version]


def test_a_better_one_is_promoted_and_a_worse_one_kept_with_the_figures(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Registry(tmp_path)
    bad = _renew(book, _model(model, offset=-4.0), monkeypatch)

    good = _renew(book, _model(model), monkeypatch)
    worse = _renew(book, _model(model, slope=0.2), monkeypatch)

    assert (good.promoted, good.before) == (True, bad.version)
    assert "promoted: gain" in good.reason
    assert (worse.promoted, worse.before) == (False, good.version)
    assert "kept: gain -" in worse.reason
    service = book.service(KIND)
    assert service is not None
    assert (service.current.version, service.current.who) == (good.version, "ann")
    assert service.current.why == good.reason


def test_a_rollback_while_it_is_learned_is_not_undone(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Registry(tmp_path)
    first = _renew(book, _model(model, offset=-4.0), monkeypatch)
    _renew(book, _model(model), monkeypatch)

    def rolled_back(*_: object) -> Verdict:
        book.rollback(KIND, "bob", "worse in the field")
        return Verdict(True, "promoted: better", 1.0, 0.9, 1.1)

    monkeypatch.setattr(renewing, "compare", rolled_back)
    third = _renew(book, _model(model, slope=0.9), monkeypatch)

    assert (third.promoted, third.before) == (False, first.version)
    assert third.reason == f"kept: somebody put {first.version} in service meanwhile"
    assert book.in_service(KIND)[0] == first.version


def test_one_in_service_that_was_altered_is_named_and_nothing_is_promoted(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Registry(tmp_path)
    first = _renew(book, _model(model), monkeypatch)
    path = tmp_path / KIND / "versions" / first.version / f"{KIND}.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"debounce": 7', b'"debounce": 8'))

    with pytest.raises(InvalidData, match="is not what the entry pins"):
        _renew(book, _model(model, slope=0.9), monkeypatch)
    assert book.versions(KIND) == [first.version]


def test_recorded_time_is_learned_from_and_its_newest_part_held_out(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = benign_case(1, 400.0).series
    found = [Stretch("r1:r3", 0.0, series, np.ones(len(series), bool))]
    given = []
    monkeypatch.setattr(renewing, "train", lambda *x: given.append(x[2]) or _model(model))

    renew(Registry(tmp_path), lambda: found, "ann", lambda _: None)
    cases = held_out.cases(renewing.split(found, 0.75)[1], 1)

    (learned,) = given[0]
    assert 0 < len(learned.rows) < 3000
    assert len(cases) == len(held_out.cases([], 1)) + 1


def test_each_comparison_draws_cases_of_its_own() -> None:
    one, two = (held_out.cases([], turn)[0] for turn in (1, 2))

    assert one.rows.shape != two.rows.shape or (one.rows != two.rows).any()


def test_the_kinds_that_figures_are_measured_on_decide_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(held_out, "fault_case", lambda *x: asked.append(x) or fault_case(*x))
    held_out.cases([], 3)
    seeds = {seed for span in vars(SEEDS).values() for seed in span}

    assert not {kind for kind, _ in asked} & set(TEST_KINDS)
    assert not {seed for _, seed in asked} & seeds
    assert len(set(asked)) == len(asked)


def test_what_is_served_is_the_registrys_and_not_the_copy(
    model: LinkFailureModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, path = Registry(tmp_path), tmp_path / f"{KIND}.json"
    _model(model, offset=1.0).save(path)
    assert in_service(path).calibration_.offset == model.calibration_.offset + 1.0

    _renew(book, _model(model), monkeypatch)
    _model(model, offset=2.0).save(path)

    assert in_service(path).calibration_.offset == model.calibration_.offset
