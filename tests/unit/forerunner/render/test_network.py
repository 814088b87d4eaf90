from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.render import RenderError, router_config, router_data

GOLDEN = home.root() / "tests" / "golden" / "frr"


def case(name: str) -> tuple[dict[str, Any], Path]:
    directory = GOLDEN / name
    return yaml.safe_load((directory / "vars.yml").read_text()), directory / "expected.cfg"


@pytest.mark.parametrize("name", ["transit_router", "router_with_host"])
def test_a_router_s_configuration_is_the_golden_one(name: str) -> None:
    given, expected = case(name)

    actual = router_config("frr", router_data(given["router"], given["network"]))

    assert actual == expected.read_text()


def test_an_unknown_router_is_refused_by_name() -> None:
    given, _ = case("transit_router")

    with pytest.raises(InvalidData, match="no router is called 'r9'; it has r1, r2, r3"):
        router_data("r9", given["network"])


def test_a_link_to_a_router_without_data_is_refused() -> None:
    given, _ = case("transit_router")
    del given["network"]["routers"]["r3"]

    with pytest.raises(InvalidData, match="r3 is no router of the inventory"):
        router_data("r1", given["network"])


def test_a_wrong_field_is_named() -> None:
    given, _ = case("transit_router")
    given["network"]["ospf"]["dead_interval"] = "4"

    with pytest.raises(InvalidData, match=r"ospf\.dead_interval"):
        router_data("r1", given["network"])


def test_a_template_stays_literal_in_data() -> None:
    given, _ = case("transit_router")
    host = router_data("r2", given["network"]) | {"hostname": "{{7*7}}"}

    assert "hostname {{7*7}}" in router_config("frr", host)


def test_missing_data_is_an_error_and_not_an_empty_line() -> None:
    with pytest.raises(RenderError, match="'hostname' is undefined"):
        router_config("frr", {})


def test_a_platform_without_template_is_refused() -> None:
    with pytest.raises(RenderError, match=r"no comware\.conf\.j2"):
        router_config("comware", {})
