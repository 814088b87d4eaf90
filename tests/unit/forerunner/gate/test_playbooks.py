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
    tasks = [task for play in plays for task in play.get("tasks", [])]
    given = [(task.get("ansible.builtin.import_role", {}), task.get("vars", {})) for task in tasks]
    return [
        variables.get("sim_order_step", role["tasks_from"])
        for role, variables in given
        if role.get("name") == "sim_order"
    ]


def whole(path: Path) -> list[dict[str, Any]]:
    """Return a playbook's plays, those of the playbooks that it imports in their place."""
    plays = yaml.safe_load(path.read_text())
    parts = [(play, play.get("import_playbook")) for play in plays]
    return [
        each for play, other in parts for each in (whole(path.parent / other) if other else [play])
    ]


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_no_step_of_an_order_writes_before_the_gate(path: Path) -> None:
    steps = order_steps(whole(path))
    for gate, acts in (("begin", ("apply", "prove", "undo")), ("mend", ("repair",))):
        writing = [at for at, step in enumerate(steps) if step in acts]
        assert not writing or steps.index(gate) < min(writing)


def test_steps_of_an_order_are_found() -> None:
    steps = ["take", "check", "settle", "begin", "apply", "settle", "begin", "prove", "judge"]
    steps += ["undo", "settle"]
    assert order_steps(whole(home.root() / "playbooks/provision_sims.yml")) == steps
    steps = ["reconcile", "mend", "repair", "report"]
    assert order_steps(whole(home.root() / "playbooks/reconcile_sims.yml")) == steps
    begin = {"ansible.builtin.import_role": {"name": "sim_order", "tasks_from": "begin"}}
    role = {"name": "sim_order", "tasks_from": "system"}
    apply = {"ansible.builtin.import_role": role, "vars": {"sim_order_step": "apply"}}
    assert order_steps([{"tasks": [begin]}, {"tasks": [apply]}]) == ["begin", "apply"]


def test_a_playbook_that_leaves_the_gate_out_is_found() -> None:
    drain: dict[str, Any] = {"ansible.builtin.import_role": {"name": "link_drain"}}
    gate: dict[str, Any] = {"ansible.builtin.import_role": {"name": "change_gate"}}
    assert ungated({"tasks": [drain]}) == ["link_drain"]
    assert ungated({"tasks": [drain, gate]}) == ["link_drain"]
    assert ungated({"roles": ["link_drain", {"role": "change_gate"}]}) == ["link_drain"]
    assert ungated({"tasks": [gate, drain]}) == []
