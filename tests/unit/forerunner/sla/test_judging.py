"""Promises: one bad sample is no violation, and what cannot be told is not good."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.sla import Judged, Path, SlaClass, Terms, judge, paths_from_data
from forerunner.sla.judging import State
from forerunner.sla.promises import Quantity

NOW = 10_000.0
TERMS = Terms(samples=3, violations=2, stale_s=100.0)
BOUNDS: dict[Quantity, float] = {"loss": 0.01, "latency": 10.0, "throughput": 40.0}
GOLD = SlaClass("gold", BOUNDS)
PATH = Path("h1", "h2", GOLD)
GOOD, BAD = 0.0, 0.5
CLASSES = [{"name": "gold", "loss": 0.01, "latency_ms": 10}, {"name": "paper", "availability": 1}]
PATHS = [{"source": "h1", "target": "h2", "sla_class": "gold"}]


def judged(
    *values: float, quantity: Quantity = "loss", age: float = 0.0, terms: Terms = TERMS
) -> Judged:
    measured = [(NOW - age - 10 * n, x) for n, x in enumerate(reversed(values))]
    return judge(PATH, quantity, measured[::-1], terms, NOW)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ([], "unknown"),
        ([GOOD], "unknown"),
        ([BAD], "unknown"),
        ([GOOD, GOOD], "kept"),
        ([BAD, GOOD], "unknown"),
        ([BAD, BAD], "violated"),
        ([GOOD, GOOD, GOOD], "kept"),
        ([GOOD, BAD, GOOD], "kept"),
        ([BAD, GOOD, BAD], "violated"),
        ([BAD, BAD, GOOD, GOOD], "kept"),
        ([BAD, BAD, GOOD, BAD], "violated"),
    ],
)
def test_two_of_the_newest_three_must_be_bad(values: list[float], state: State) -> None:
    assert judged(*values).state == state


def test_what_is_exactly_as_promised_is_kept() -> None:
    assert judged(0.01, 0.01, 0.01).state == "kept"
    assert judged(40.0, 40.0, 40.0, quantity="throughput").state == "kept"


def test_of_throughput_the_less_is_the_worse() -> None:
    assert judged(39.0, 39.0, 90.0, quantity="throughput").state == "violated"
    assert judged(90.0, 90.0, 90.0, quantity="throughput").state == "kept"


@pytest.mark.parametrize(("age", "state"), [(100.0, "kept"), (101.0, "unknown")])
def test_good_samples_that_are_old_say_nothing(age: float, state: State) -> None:
    found = judged(GOOD, GOOD, GOOD, age=age)
    assert found.state == state
    assert ("the newest sample is 101 s old" in found.text) == (state == "unknown")


def test_bad_samples_that_are_old_say_nothing_either() -> None:
    assert judged(BAD, BAD, BAD, age=101.0).state == "unknown"


def test_a_sample_from_long_before_counts_no_more() -> None:
    measured = [(NOW - 301, BAD), (NOW - 20, GOOD), (NOW - 10, BAD)]
    assert judge(PATH, "loss", measured, TERMS, NOW).values == (GOOD, BAD)


@given(st.lists(st.sampled_from([GOOD, BAD]), max_size=8), st.integers(1, 5), st.data())
def test_it_is_judged_as_the_rest_of_the_samples_can_no_longer_change(
    values: list[float], samples: int, data: st.DataObject
) -> None:
    """With fewer samples than asked for, the state is that of every way to fill them up."""
    violations = data.draw(st.integers(1, samples))
    terms = Terms(samples, violations, 1000.0)
    newest = values[-samples:]
    missing, bad = samples - len(newest), newest.count(BAD)
    could = {bad + more >= violations for more in range(missing + 1)}
    expected = (
        "unknown" if len(could) == 2 or not newest else ("violated" if True in could else "kept")
    )
    assert judged(*values, terms=terms).state == expected


def test_the_text_says_what_was_promised_and_what_was_measured() -> None:
    assert judged(0.02, 0.0, 0.03).text == (
        "h1>h2 (gold): loss is violated, 2 of 3 samples are bad; promised is 0.01 at the most,"
        " measured 0.02, 0, 0.03"
    )


@pytest.mark.parametrize("violations", [0, 4])
def test_terms_that_make_no_sense_are_refused(violations: int) -> None:
    with pytest.raises(InvalidData, match="must be 1 to 3"):
        Terms(3, violations)


def test_paths_come_with_what_their_class_promises() -> None:
    (path,) = paths_from_data(PATHS, CLASSES)
    assert (path.name, path.interface) == ("h1>h2", "to:h2")
    assert path.sla_class == SlaClass("gold", {"loss": 0.01, "latency": 10})


@pytest.mark.parametrize(
    ("paths", "classes", "said"),
    [
        ([], CLASSES, "sla_check_paths: .*non-empty"),
        (PATHS, [], r"\[0\]\.sla_class: 'gold' is none of none at all"),
        ([PATHS[0] | {"sla_class": "lead"}], CLASSES, "'lead' is none of gold, paper"),
        ([PATHS[0] | {"sla_class": "paper"}], CLASSES, "'paper' promises none of loss, latency_ms"),
        (PATHS * 2, CLASSES, r"\[1\]: h1>h2 stands there twice"),
        ([PATHS[0] | {"source": "{{ 7*7 }}"}], CLASSES, r"\[0\]\.source"),
        (PATHS, [{"name": "gold", "loss": 2}], r"sla_check_classes: \[0\]\.loss"),
        (PATHS, [{"name": "gold", "los": 0.1}], r"sla_check_classes: .*'los'"),
    ],
)
def test_what_does_not_fit_is_refused(paths: Any, classes: Any, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        paths_from_data(paths, classes)
