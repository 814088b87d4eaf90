"""Attempts with tokens that are none, and with ledgers that are none."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

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

Make = Callable[[Stage], str]
_WITHOUT_GATE = ("--skip-tags", "gate")


def attempts() -> Iterator[Attempt]:
    """Yield them."""
    for name, (make, why) in _MAKERS.items():
        yield Attempt(name, partial(_write, make, "", {}), why)
    for by in ("file", "ledger", "airflow"):
        yield Attempt(
            f"a live token, stopped by {by}", partial(_write, _live, by, {}), "kill switch: "
        )
    for name in ("no token", "a forged token", "another device's token"):
        make, why = _MAKERS[name]
        yield Attempt(f"{name}, drain_link", partial(_drain, make), why)
    for name, url in _LEDGERS.items():
        yield Attempt(f"the ledger {name}", partial(_other_ledger, url), "ledger")
        act = partial(_write, _live, "", _named(url))
        yield Attempt(f"the ledger {name}, a live token", act, "ledger")
    yield Attempt("the ledger is garbled", _garbled, "cannot be used")


def _none(_stage: Stage) -> str:
    return ""


def _forged(_stage: Stage) -> str:
    return "f" * 43


def _live(stage: Stage) -> str:
    return admitted(stage, DEVICE)


def _ended(stage: Stage) -> str:
    token = admitted(stage, DEVICE)
    gate.close(token, Database())
    return token


def _run_out(stage: Stage) -> str:
    return admitted(stage, DEVICE, dead_man_s=0, begin_s=0, restore_s=0)


def _anothers(stage: Stage) -> str:
    return admitted(stage, ANOTHER)


def _overtaken(stage: Stage) -> str:
    first = admitted(stage, DEVICE)
    gate.close(admitted(stage, DEVICE), Database())
    return first


_MAKERS: Mapping[str, tuple[Make, str]] = {
    "no token": (_none, "role change_gate was left out"),
    "a forged token": (_forged, "no admission has this token"),
    "a token that has ended": (_ended, "has ended"),
    "a token that has run out": (_run_out, "has run out"),
    "another device's token": (_anothers, "is not for it"),
    "a token that another change took over from": (_overtaken, "another change has taken over"),
}
_LEDGERS = {"is gone": "sqlite:////nowhere/at/all/ledger.sqlite", "is nobody's": "sqlite://"}


def _named(url: str) -> dict[str, str]:
    return {"FORERUNNER_LEDGER": url}


def _write(make: Make, stop_by: str, environment: Mapping[str, str], stage: Stage) -> str:
    token = make(stage)
    try:
        with stopped(stop_by):
            return write(stage, *_WITHOUT_GATE, stage.variables(token=token), **environment)
    finally:
        gate.close(token, Database())


def _drain(make: Make, stage: Stage) -> str:
    token = make(stage)
    try:
        return drain(stage, *_WITHOUT_GATE, stage.variables(link_drain_token=token))
    finally:
        gate.close(token, Database())


def _other_ledger(url: str, stage: Stage) -> str:
    return write(stage, **_named(url))


def _garbled(stage: Stage) -> str:
    path = stage.project / "garbled.sqlite"
    path.write_text("no database, by far " * 200)
    return write(stage, **_named(f"sqlite:///{path}"))
