"""Attempts against each guard, by each entrance."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any, get_args

from forerunner import gate
from forerunner.bench.change.gate.attempt import (
    ANOTHER,
    DEVICE,
    Attempt,
    admitted,
    drain,
    stopped,
    write,
)
from forerunner.bench.change.gate.stage import Stage
from forerunner.database import Database
from forerunner.gate import Entrance, Holder
from forerunner.gate.entry import ENTRANCE, WHO
from forerunner.gate.windows import DAYS

_KILL = "kill switch: "
_GUARDS = {
    "in a freeze": "freeze: ",
    "outside of every window": "maintenance window: ",
    "more than may be carried": "blast radius: ",
    "too many devices": "blast radius: ",
    "not approved": "approval: ",
}


def attempts() -> Iterator[Attempt]:
    """Yield them."""
    entrances = get_args(Entrance)
    for by, entrance in product(("file", "ledger", "airflow"), entrances):
        yield Attempt(f"stopped by {by}, from {entrance}", partial(_stopped, by, entrance), _KILL)
    for (name, guard), entrance in product(_GUARDS.items(), entrances):
        yield Attempt(f"{name}, from {entrance}", partial(_under, name, entrance), guard)
    yield Attempt("from an entrance that there is not", _no_entrance, "is none of")
    yield Attempt("a device that a killed process holds", _held_by_a_dead_process, "lease: ")
    yield Attempt("stopped by file, drain_link", _stopped_drain, _KILL)
    yield Attempt("not approved, drain_link", _drain_not_approved, "approval: ")


def _policies() -> dict[str, dict[str, Any]]:
    return {
        "in a freeze": {"freezes": [_freeze()]},
        "outside of every window": {"maintenance_windows": [_window()]},
        "more than may be carried": {"maximum_load_mbit_s": 0, "unknown_load": "refuse"},
        "too many devices": {"maximum_devices": 1},
        "not approved": {"approval_playbooks": ["write", "drain_link"]},
    }


def _freeze() -> dict[str, str]:
    now, day = datetime.now(UTC), timedelta(days=1)
    start, end = (f"{moment:%Y-%m-%dT%H:%M}" for moment in (now - day, now + day))
    return {"start": start, "end": end, "reason": "an attempt"}


def _window() -> dict[str, Any]:
    """Return a window that is not open for days."""
    day = DAYS[(datetime.now(UTC).weekday() + 3) % len(DAYS)]
    return {"days": [day], "start": "10:00", "end": "11:00"}


def _stopped(by: str, entrance: str, stage: Stage) -> str:
    with stopped(by):
        return write(stage, **{ENTRANCE: entrance, WHO: "bench"})


def _under(name: str, entrance: str, stage: Stage) -> str:
    policy = stage.variables(change_gate_policy=stage.policy | _policies()[name])
    devices = f"{DEVICE},{ANOTHER}"
    return write(stage, policy, "--limit", devices, **{ENTRANCE: entrance, WHO: "bench"})


def _no_entrance(stage: Stage) -> str:
    return write(stage, **{ENTRANCE: "door"})


def _stopped_drain(stage: Stage) -> str:
    with stopped("file"):
        return drain(stage)


def _drain_not_approved(stage: Stage) -> str:
    policy = stage.policy | _policies()["not approved"]
    return drain(stage, stage.variables(change_gate_policy=policy))


def _held_by_a_dead_process(stage: Stage) -> str:
    with _process() as holder:
        token = admitted(stage, DEVICE, holder=holder)
    try:
        return write(stage, stage.variables(change_gate_policy=stage.policy))
    finally:
        gate.close(token, Database())


@contextmanager
def _process() -> Iterator[Holder]:
    """Give a process that is killed at the end."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield Holder.of_process(process.pid)
        process.kill()
