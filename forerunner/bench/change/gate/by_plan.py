"""Attempts with plans that are not what was approved, and with two that are safe only alone."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from forerunner import gate
from forerunner.bench.change.gate.attempt import (
    ANOTHER,
    DEVICE,
    Attempt,
    Configurations,
    made_plan,
    write,
)
from forerunner.bench.change.gate.stage import Stage
from forerunner.configure.plan import Candidate, write_plan
from forerunner.database import Database
from forerunner.model import Plan

_APPROVED = {"approval_playbooks": ["write", "configure_devices"]}


def allowed() -> Attempt:
    """Return what may pass: a plan that somebody else has approved, as it is."""
    return Attempt("an approved plan", partial(_planned, lambda plan: plan))


def attempts() -> Iterator[Attempt]:
    """Yield them."""
    changes: dict[str, tuple[Callable[[Plan], Plan], str]] = {
        "has expired": (lambda plan: replace(plan, expires=1.0), "expiry: "),
        "is for another playbook": (
            lambda plan: replace(plan, playbook="drain_link"),
            "it is for drain_link",
        ),
        "was moved to another device": (lambda plan: replace(plan, limit=(ANOTHER,)), "approval: "),
        "was changed after its approval": (
            lambda plan: replace(plan, variables={"x": "y"}),
            "approval: ",
        ),
    }
    for name, (change, why) in changes.items():
        yield Attempt(f"a plan that {name}", partial(_planned, change), why)
    yield Attempt(
        "a plan whose text was altered after its approval", _altered_text, "is not the one that"
    )
    yield Attempt("a plan that is none", _no_plan, "none.json")
    yield Attempt("two drains at once, each safe alone", _two_drains, succeeds=_cut)


def _planned(change: Callable[[Plan], Plan], stage: Stage) -> str:
    plan = made_plan(DEVICE)
    gate.approve(plan, "somebody else", 600, Database())
    path = stage.project / f"{plan.id}.json"
    path.write_text(json.dumps(change(plan).to_dict()))
    return _apply(stage, path)


def _apply(stage: Stage, path: Path, **variables: Any) -> str:
    policy: Mapping[str, Any] = stage.policy | _APPROVED
    return write(
        stage, stage.variables(change_gate_policy=policy, plan_file=str(path), **variables)
    )


def _altered_text(stage: Stage) -> str:
    candidates = {DEVICE: Candidate("hostname r5\n", "hostname r5\nend\n")}
    opened = write_plan(stage.project / "plans", candidates, "bench", 600)
    gate.approve(opened.plan, "somebody else", 600, Database())
    (opened.path.with_suffix("") / f"{DEVICE}.conf").write_text("hostname evil\n")
    return _apply(stage, opened.path, change_gate_playbook=opened.plan.playbook)


def _no_plan(stage: Stage) -> str:
    path = stage.project / "none.json"
    path.write_text('{"id": "{{ 7 * 7 }}"}')
    return _apply(stage, path)


def _two_drains(stage: Stage) -> str:
    """Drain two links without a common router that cut the network together."""
    with ThreadPoolExecutor(2) as pool:
        said = pool.map(partial(stage.play, "drain_link"), ("-elink=r4:r5", "-elink=r1:r6"))
        return "\n".join(said)


def _cut(_before: Configurations, after: Configurations) -> bool:
    return all("ip ospf cost 65535" in after[name] for name in ("r1", "r4"))
