"""What an agent writes is hostile until it adds up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.errors import BadLine
from forerunner.collect.probe import bin_from_line
from forerunner.model import ProbeBin

_LINKS = {"a,b": "r1:r3"}
_LINE = {
    "session": "a,b",
    "time": 5.1,
    "sent": 10,
    "lost_forward": 2,
    "returned": 8,
    "lost_backward": 1,
    "rtt_s": 0.001,
}


def test_a_line_becomes_a_bin() -> None:
    expected = ProbeBin(5.1, "r1:r3", 10, 2, 8, 1, 0.001)
    assert expected == bin_from_line(json.dumps(_LINE), _LINKS)


@pytest.mark.parametrize(
    "change",
    [
        {"session": "x,y"},
        {"session": []},
        {"sent": -1},
        {"sent": 11},
        {"sent": True},
        {"sent": 10.0},
        {"lost_backward": 9},
        {"rtt_s": -1},
        {"rtt_s": "nan"},
        {"time": None},
    ],
)
def test_a_line_that_does_not_add_up_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadLine):
        bin_from_line(json.dumps({**_LINE, **change}), _LINKS)


@given(st.text() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadLine):
        bin_from_line(text, _LINKS)
