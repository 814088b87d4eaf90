"""From intent to configuration: golden cases of every platform, and what must not pass."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.dialects.redaction import hide
from forerunner.errors import InvalidData
from forerunner.render import RenderError, intended
from forerunner.render.model import PLATFORMS

GOLDEN = home.root() / "tests" / "golden"
CASES = sorted(
    path.parent for path in GOLDEN.glob("*/*/vars.yml") if "variables:" in path.read_text()
)


def read(case: Path) -> tuple[str, dict[str, Any]]:
    given = yaml.safe_load((case / "vars.yml").read_text())
    return given["host"], given["variables"]


@pytest.fixture
def edge() -> dict[str, Any]:
    return read(GOLDEN / "ios" / "edge_router")[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_device_s_configuration_is_the_golden_one(case: Path) -> None:
    assert intended(*read(case)) == (case / "expected.cfg").read_text()


def test_every_platform_has_two_golden_cases() -> None:
    counted = dict.fromkeys(PLATFORMS, 0)
    for case in CASES:
        counted[case.parent.name] += 1
    assert [platform for platform, cases in counted.items() if cases < 2] == []


@pytest.mark.parametrize("platform", [name for name in PLATFORMS if name != "linux"])
def test_a_template_in_the_data_stays_literal_on_every_platform(platform: str) -> None:
    name, variables = read(GOLDEN / platform / "edge_router")
    variables["intent_interfaces"][0]["description"] = "{{7*7}} {% if x %}"
    assert "{{7*7}} {% if x %}" in intended(name, variables)


@pytest.mark.parametrize("spoilt", ["a\nshutdown", 'a" b', "help?", "bell\a", "^C"])
def test_a_text_that_would_end_its_line_or_string_is_refused(
    edge: dict[str, Any], spoilt: str
) -> None:
    edge["intent_interfaces"][0]["description"] = spoilt
    with pytest.raises(InvalidData, match=r"intent_interfaces\[0\]\.description"):
        intended("edge1", edge)


def test_a_secret_that_is_not_at_hand_is_named_and_its_stand_in_is_for_people(
    edge: dict[str, Any],
) -> None:
    edge["intent_snmp"]["users"][0]["auth_password"] = "<secret:SNMP_AUTH>"
    edge["intent_users"][0]["password_hash"] = "<secret:ALICE>"
    with pytest.raises(RenderError, match="not at hand: ALICE, SNMP_AUTH; give them in"):
        intended("edge1", edge)
    assert "secret 9 <secret:ALICE>" in intended("edge1", edge, stand_ins=True)


def test_a_secret_that_does_not_fit_is_not_shown(edge: dict[str, Any]) -> None:
    edge["intent_snmp"]["users"][0]["auth_password"] = "CANARY"
    with pytest.raises(InvalidData, match="the secret does not fit") as refused:
        intended("edge1", edge)
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_people_see_no_secret_of_what_is_rendered(platform: str) -> None:
    for case in (GOLDEN / platform).glob("*/expected.cfg"):
        shown = hide(case.read_text())
        for secret in ("golden-auth-password", "golden-priv-password", "OfNobody"):
            assert secret not in shown


def test_a_section_of_the_wrong_type_is_not_shown_either(edge: dict[str, Any]) -> None:
    edge["intent_snmp"]["users"] = {"password": "CANARY-password"}
    with pytest.raises(InvalidData, match=r"intent_snmp\.users: a dict is not") as refused:
        intended("edge1", edge)
    assert "CANARY" not in str(refused.value)


def test_a_platform_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidData, match="'comware' is no platform; it is one of eos, frr"):
        intended("r1", {"ansible_network_os": "comware"})


def test_the_platform_is_the_last_word_of_a_collection_s_name() -> None:
    assert intended("r1", {"ansible_network_os": "cisco.ios.ios"}).startswith("hostname r1\n")


def test_a_section_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidData, match="intent_interfases: there is no such section; it has"):
        intended("r1", {"intent_platform": "ios", "intent_interfases": []})
