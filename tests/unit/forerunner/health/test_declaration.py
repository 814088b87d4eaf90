"""What the inventory may declare, and what a declaration means."""

from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.health.declaration import ANY, Check, checks, declared_checks

WHOLE: dict[str, Any] = {
    "ospf_neighbors": {"full": ["to-r2", "GigabitEthernet0/1"]},
    "interface_errors": {"below": 10},
    "routes": {"present": ["10.0.0.4/32", "2001:db8::/32"]},
    "software": {"version": "8.4.4"},
    "ntp": {"synchronised": True},
}


def test_a_declaration_is_one_check_for_each_subject() -> None:
    assert list(checks(declared_checks("r1", WHOLE))) == [
        Check("ospf_neighbors", "to-r2", "full"),
        Check("ospf_neighbors", "GigabitEthernet0/1", "full"),
        Check("interface_errors", ANY, below=10),
        Check("routes", "10.0.0.4/32", "present"),
        Check("routes", "2001:db8::/32", "present"),
        Check("software", "version", "8.4.4"),
        Check("ntp", ANY, "synchronised"),
    ]


def test_errors_may_be_asked_of_some_interfaces_alone() -> None:
    declared = {"interface_errors": {"below": 1, "interfaces": ["to-r2"]}}
    assert list(checks(declared_checks("r1", declared))) == [
        Check("interface_errors", "to-r2", below=1)
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"ospf": {"full": ["to-r2"]}}, "device_health_checks"),
        ({"ospf_neighbors": ["to-r2"]}, "device_health_checks.ospf_neighbors"),
        ({"ospf_neighbors": {"full": []}}, "device_health_checks.ospf_neighbors.full"),
        ({"interface_errors": {"below": "10"}}, "device_health_checks.interface_errors.below"),
        ({"routes": {"present": ["10.0.0.4"]}}, "device_health_checks.routes.present[0]"),
        ({"reachable": {"addresses": ["10.0.0.4\n"]}}, "device_health_checks.reachable.addresses"),
        ({"reachable": {"addresses": ["10.0.0.4; x"]}}, "device_health_checks.reachable.addr"),
        ({"interfaces": {"up": ["{{ 7*7 }}"]}}, "device_health_checks.interfaces.up[0]"),
        ({"ntp": {"synchronised": False}}, "device_health_checks.ntp.synchronised"),
        ([], "device_health_checks"),
    ],
)
def test_what_does_not_fit_is_named_with_its_field_and_what_to_read(data: Any, field: str) -> None:
    with pytest.raises(InvalidData, match=r"docs/checks\.md") as refused:
        declared_checks("r1", data)
    assert str(refused.value).startswith(f"host r1: {field}")
