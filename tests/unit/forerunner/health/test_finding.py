"""Declared against observed: what passes, what fails, and what nobody can look at."""

import math

import pytest

from forerunner.health import Finding, Health, Observed, judge
from forerunner.health.finding import Value

FULL = {"ospf_neighbors": {"full": ["to-r2", "to-r3"]}}


def test_only_what_is_as_declared_passes() -> None:
    seen = {"ospf_neighbors": Observed({"to-r2": "full", "to-r3": "exstart", "to-r9": "full"})}
    assert judge(FULL, seen, "frr") == [
        Finding("ospf_neighbors", "to-r2", "passed", "full"),
        Finding("ospf_neighbors", "to-r3", "failed", "exstart, should be full"),
    ]


def test_what_was_not_found_fails_and_says_why_less_was_read() -> None:
    first, second = judge(FULL, {"ospf_neighbors": Observed(problem="ospfd is down")}, "frr")
    assert (first.state, second.state) == ("failed", "failed")
    assert first.message == "not found, should be full (ospfd is down)"


def test_what_nobody_can_look_at_is_not_passed() -> None:
    found = judge(FULL, {}, "eos")
    assert [each.message for each in found] == ["not supported on eos"] * 2
    assert Health.of("r1", found).result.status == "failed"


@pytest.mark.parametrize(
    ("errors", "state"),
    [(0.0, "passed"), (9.0, "passed"), (10.0, "failed"), (math.nan, "failed"),
     ("not counted", "failed")],
)  # fmt: skip
def test_errors_pass_below_their_bound(errors: Value, state: str) -> None:
    declared = {"interface_errors": {"below": 10}}
    (finding,) = judge(declared, {"interface_errors": Observed({"to-r2": errors})}, "frr")
    assert (finding.subject, finding.state) == ("to-r2", state)


def test_no_interface_at_all_is_no_proof_of_few_errors() -> None:
    (finding,) = judge({"interface_errors": {"below": 10}}, {"interface_errors": Observed()}, "frr")
    assert finding.state == "failed"


def test_a_device_fails_with_its_failed_checks_in_the_message() -> None:
    found = judge(FULL, {"ospf_neighbors": Observed({"to-r2": "full"})}, "frr")
    result = Health.of("r1", found).result
    assert result.status == "failed"
    assert result.message.splitlines() == [
        "r1: 1 of 2 checks failed",
        "ospf_neighbors to-r3: not found, should be full",
    ]
