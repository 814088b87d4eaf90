"""The quick check never says yes where jsonschema says no."""

from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.render.acceptance import acceptance
from forerunner.render.model import SECTIONS
from forerunner.schema import check

EDGE = home.root() / "tests" / "golden" / "eos" / "edge_router" / "vars.yml"
GIVEN = {
    name.removeprefix("intent_"): value
    for name, value in yaml.safe_load(EDGE.read_text())["variables"].items()
    if name != "intent_platform"
}
ODD = st.sampled_from([None, True, 0, -1, 1.0, 2**40, "", "a\n", "{{ x }}", "10.0.0.1/8", [], {}])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    below = [(*path, key) for key, _ in inner] if isinstance(value, dict | list) else []
    return below + [
        deeper
        for place in below
        if isinstance(value[place[-1]], dict | list)
        for deeper in places(value[place[-1]], place)
    ]


@pytest.mark.parametrize("section", sorted(GIVEN))
def test_what_the_golden_case_holds_is_accepted_quickly(section: str) -> None:
    assert acceptance(SECTIONS[section])(GIVEN[section]) or section == "sla_classes"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_yes_is_jsonschema_s_yes(data: st.DataObject) -> None:
    section = data.draw(st.sampled_from(sorted(GIVEN)))
    value = deepcopy(GIVEN[section])
    place = data.draw(st.sampled_from(places(value)))
    spot = value
    for step in place[:-1]:
        spot = spot[step]
    spot[place[-1]] = data.draw(ODD)
    if acceptance(SECTIONS[section])(value):
        check(value, SECTIONS[section], section)


def test_a_keyword_that_is_not_known_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="multipleOf"):
        acceptance({"type": "integer", "multipleOf": 2})


def test_what_is_not_accepted_is_judged_by_jsonschema() -> None:
    accept = acceptance(SECTIONS["ospf"])
    assert not accept({"router_id": "x"})
    with pytest.raises(InvalidData):
        check({"router_id": "x"}, SECTIONS["ospf"], "ospf")
