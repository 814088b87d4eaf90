"""Every playbook that uses a writing role passes the gate first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home

# What writes is what takes the token, as its documentation says: the options themselves may be
# spelled out in forerunner/.
WRITERS = {
    path.parent.parent.name
    for path in home.root().glob("roles/*/library/*.py")
    if "\n  token:\n" in path.read_text()
}
PLAYBOOKS = sorted(home.root().glob("playbooks/*.yml"))


def roles(play: dict[str, Any]) -> Iterator[str]:
    """Yield a play's roles in the order in which they run."""
    for role in play.get("roles", []):
        yield role["role"] if isinstance(role, dict) else role
    for task in play.get("tasks", []):
        for way in ("import_role", "include_role"):
            if given := task.get(f"ansible.builtin.{way}"):
                yield given["name"]


def ungated(play: dict[str, Any]) -> list[str]:
    """Return the writing roles that run before the gate, or without it."""
    order = list(roles(play))
    gate = order.index("change_gate") if "change_gate" in order else len(order)
    return [role for role in order[:gate] if role in WRITERS]


def test_what_writes_is_known() -> None:
    assert {
        "config_restore",
        "device_config",
        "device_lines",
        "link_drain",
        "restore_drill",
        # On a subscriber system, where role sim_order has it called by that system's own role.
        "subscriber_chunk",
    } == WRITERS


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_nothing_writes_before_the_gate(path: Path) -> None:
    plays = yaml.safe_load(path.read_text())
    assert [role for play in plays for role in ungated(play)] == []


def order_steps(plays: list[dict[str, Any]]) -> list[str]:
    """Return the steps of a SIM order in a playbook; step `begin` passes the gate."""
    given = [role for play in plays for role in play.get("roles", []) if isinstance(role, dict)]
    return [role["sim_order_step"] for role in given if role["role"] == "sim_order"]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_no_step_of_an_order_writes_before_the_gate(path: Path) -> None:
    steps = order_steps(yaml.safe_load(path.read_text()))
    writing = [at for at, step in enumerate(steps) if step in ("apply", "prove", "undo")]
    assert not writing or steps.index("begin") < min(writing)


def test_steps_of_an_order_are_found() -> None:
    plays = [{"roles": ["a", {"role": "sim_order", "sim_order_step": "apply"}]}]
    assert order_steps(plays) == ["apply"]


def test_a_playbook_that_leaves_the_gate_out_is_found() -> None:
    drain: dict[str, Any] = {"ansible.builtin.import_role": {"name": "link_drain"}}
    gate: dict[str, Any] = {"ansible.builtin.import_role": {"name": "change_gate"}}
    assert ungated({"tasks": [drain]}) == ["link_drain"]
    assert ungated({"tasks": [drain, gate]}) == ["link_drain"]
    assert ungated({"roles": ["link_drain", {"role": "change_gate"}]}) == ["link_drain"]
    assert ungated({"tasks": [gate, drain]}) == []
