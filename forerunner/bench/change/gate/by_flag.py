"""Attempts to leave the gate out, or to pass it for something else."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from forerunner.bench.change.gate.attempt import ANOTHER, DEVICE, Attempt, drain, write
from forerunner.bench.change.gate.stage import Stage

_LEFT_OUT = "role change_gate was left out"
_FLAGS = {("--tags", "act"): _LEFT_OUT, ("--skip-tags", "gate"): _LEFT_OUT, ("--check",): ""}


def attempts() -> Iterator[Attempt]:
    """Yield them."""
    for flags, why in _FLAGS.items():
        yield Attempt(" ".join(flags), partial(_flagged_write, flags), why)
        yield Attempt(f"{' '.join(flags)}, drain_link", partial(_flagged_drain, flags), why)
    at, drains = ("--start-at-task", "Write"), ("--start-at-task", "link_drain : *")
    yield Attempt(at[0], partial(_flagged_write, at), _LEFT_OUT)
    yield Attempt(f"{at[0]}, drain_link", partial(_flagged_drain, drains), _LEFT_OUT)
    yield Attempt("the module alone, without a playbook", _ad_hoc, _LEFT_OUT)
    yield Attempt("admitted for another device", partial(_as_if, [ANOTHER]), "is not for it")
    yield Attempt("admitted for other devices, drain_link", _drain_as_if, "is not for it")
    yield Attempt("admitted for no device", partial(_as_if, []), "scope: ")


def _flagged_write(flags: tuple[str, ...], stage: Stage) -> str:
    return write(stage, *flags)


def _flagged_drain(flags: tuple[str, ...], stage: Stage) -> str:
    return drain(stage, *flags)


def _ad_hoc(stage: Stage) -> str:
    program = str(Path(sys.executable).with_name("ansible"))
    given = f"device={DEVICE} journal={stage.journal} token=''"
    plugins = str(stage.project / "playbooks" / "action_plugins")
    command = (program, "localhost", "-m", "write_description", "-a", given)
    return stage.run(*command, ANSIBLE_ACTION_PLUGINS=plugins)


def _as_if(devices: list[str], stage: Stage) -> str:
    return write(stage, stage.variables(change_gate_devices=devices))


def _drain_as_if(stage: Stage) -> str:
    return drain(stage, stage.variables(change_gate_devices=[DEVICE, ANOTHER]))
