"""The nouns go to JSON and come back, and refuse what does not fit."""

import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.model import Outcome, Plan, Prediction, new_id

names = st.text(min_size=1, max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), numbers, st.text())
objects = st.dictionaries(st.text(max_size=10), scalars, max_size=4)
predictions = st.builds(
    Prediction,
    id=names,
    kind=st.sampled_from(["link_failure", "link_recovery"]),
    target=names,
    probability=st.floats(0, 1),
    lead_time_s=st.none() | numbers,
    horizon_s=numbers,
    evidence=objects,
    model=names,
    made_at=numbers,
)
plans = st.builds(
    Plan,
    id=names,
    playbook=st.from_regex("[a-z][a-z_]{0,20}", fullmatch=True),
    limit=st.lists(names, max_size=3).map(tuple),
    variables=objects,
    reason=names,
    prediction=st.none() | names,
    expected=st.dictionaries(names, numbers, max_size=3),
    checks=st.lists(names, max_size=3).map(tuple),
    undo=names,
    expires=numbers,
)
outcomes = st.builds(
    Outcome,
    plan=names,
    state=st.sampled_from(["verified", "undone", "failed", "unreachable", "refused", "check"]),
    hosts=st.dictionaries(names, objects, max_size=3),
    before=objects,
    after=objects,
    started_at=numbers,
    ended_at=numbers,
    run=names,
    message=st.text(),
)

PREDICTION = Prediction("p-1", "link_failure", "r1:r3", 0.9, None, 30.0, {}, "m-1", 1.0)
PLAN = Plan("n-1", "drain_link", ("r1",), {"link": "r1:r3"}, "why", "p-1", {}, (), "undo", 9.0)


# A busy machine draws slowly, which says nothing of the records.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(predictions, plans, outcomes))
def test_a_record_survives_json(record: Prediction | Plan | Outcome) -> None:
    text = json.dumps(record.to_dict())

    assert record == type(record).from_dict(json.loads(text))


@given(predictions, st.sampled_from(sorted(PREDICTION.to_dict())))
def test_a_record_with_a_field_missing_is_refused_by_name(made: Prediction, field: str) -> None:
    data = {key: value for key, value in made.to_dict().items() if key != field}

    with pytest.raises(InvalidData, match=f"mail: top level: '{field}' is a required property"):
        Prediction.from_dict(data, "mail")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("probability", 1.01),
        ("probability", float("nan")),
        ("kind", "link_boredom"),
        ("target", ""),
        ("lead_time_s", "soon"),
        ("evidence", []),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidData) as caught:
        Prediction.from_dict(PREDICTION.to_dict() | {field: value})

    assert caught.value.field == field


@pytest.mark.parametrize("name", ["../evil", "drain_link.yml", "Drain", "", "-e x"])
def test_a_plan_names_a_playbook_and_nothing_else(name: str) -> None:
    with pytest.raises(InvalidData, match="playbook"):
        Plan.from_dict(PLAN.to_dict() | {"playbook": name})


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PREDICTION.probability = 0.1  # type: ignore[misc]


def test_the_hash_binds_to_what_would_be_done() -> None:
    changed = replace(PLAN, variables={"link": "r1:r2"})

    assert changed.hash != PLAN.hash


def test_the_hash_does_not_bind_to_why_or_when() -> None:
    reworded = replace(PLAN, id="n-2", reason="another", expires=10.0)

    assert reworded.hash == PLAN.hash


def test_the_hash_survives_json() -> None:
    assert Plan.from_dict(json.loads(json.dumps(PLAN.to_dict()))).hash == PLAN.hash


def test_identifiers_differ_and_carry_their_kind() -> None:
    made = {new_id("plan") for _ in range(1000)}

    assert len(made) == 1000
    assert all(name.startswith("plan-") for name in made)
