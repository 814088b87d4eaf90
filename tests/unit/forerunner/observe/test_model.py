"""A promotion is taken up once, whole or not at all."""

import os
from pathlib import Path

import pytest

from analytics.failure.examples import gather
from analytics.failure.model import LinkFailureModel
from analytics.failure.serving import KIND
from analytics.registry import Registry
from analytics.registry.store import Origin
from forerunner.degradation import TRAINING_KINDS
from forerunner.errors import InvalidData
from forerunner.observe.model import ServedModel


@pytest.fixture(scope="module")
def models() -> list[LinkFailureModel]:
    examples = gather(TRAINING_KINDS[:1], range(1000, 1003), range(10_000, 10_001))
    found = [LinkFailureModel(trees=each, depth=2).fit(examples, examples) for each in (2, 3)]
    for each in found:
        each.card_["metrics"] = {"brier": 0.1}
    return found


def _kept(book: Registry, model: LinkFailureModel) -> str:
    origin = Origin("0" * 64, "a test", model.card_["metrics"], model.card_)
    return book.add(KIND, {f"{KIND}.json": model.to_json().encode()}, origin).version


def _serving(directory: Path, models: list[LinkFailureModel]) -> tuple[ServedModel, str]:
    """Return what serves the first of two that are kept, and the version of the second."""
    book = Registry(directory)
    first, second = (_kept(book, each) for each in models)
    book.promote(KIND, first, "ann", "the first")
    return ServedModel(directory / f"{KIND}.json"), second


def test_a_promotion_and_a_rollback_are_taken_up_once(
    models: list[LinkFailureModel], tmp_path: Path
) -> None:
    book, (served, second) = Registry(tmp_path), _serving(tmp_path, models)
    assert served.renewed() is None

    book.promote(KIND, second, "ann", "better")
    taken = served.renewed()
    again = served.renewed()
    book.rollback(KIND, "ann", "worse")
    back = served.renewed()

    assert taken is not None
    assert back is not None
    assert [len(x.ensemble_.trees) for x in (taken, back)] == [3, 2]
    assert again is None


def test_one_that_is_not_whole_is_named_once_and_the_old_one_stays(
    models: list[LinkFailureModel], tmp_path: Path
) -> None:
    book, (served, second) = Registry(tmp_path), _serving(tmp_path, models)
    book.promote(KIND, second, "ann", "better")
    path = tmp_path / KIND / "versions" / second / f"{KIND}.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-2] + b" }")

    with pytest.raises(InvalidData, match="is not what the entry pins"):
        served.renewed()
    assert served.renewed() is None
    assert len(served.model.ensemble_.trees) == 2


def test_a_model_that_was_given_by_hand_is_followed_too(
    models: list[LinkFailureModel], tmp_path: Path
) -> None:
    path = tmp_path / f"{KIND}.json"
    models[0].save(path)
    served = ServedModel(path)
    models[1].save(path)
    os.utime(path, (1, 1))

    taken = served.renewed()

    assert taken is not None
    assert len(taken.ensemble_.trees) == 3
