"""One way to get a write past the gate, and what most of them are made of."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from forerunner import gate
from forerunner.bench.change.gate.stage import Stage
from forerunner.database import Database
from forerunner.gate import GatePolicy, Holder, Request, switch
from forerunner.model import Plan, new_id

DEVICE, ANOTHER, LINK = "r5", "r6", "r1:r3"
Configurations = Mapping[str, str]


def differs(before: Configurations, after: Configurations) -> bool:
    """Return whether anything was written."""
    return before != after


@dataclass(frozen=True)
class Attempt:
    """One way that somebody might write without a live token.

    Attributes:
        name: What it is.
        act: Tries it and returns what was said.
        because: Words by which the gate says why not: an attempt that fails for anything else
            proves nothing.
        succeeds: Whether the routers' configurations, before and after, show that it went through.
    """

    name: str
    act: Callable[[Stage], str]
    because: str = ""
    succeeds: Callable[[Configurations, Configurations], bool] = differs


def write(stage: Stage, *arguments: str, **environment: str) -> str:
    """Run playbook `write` on one router."""
    given = ("--limit", DEVICE, f"-ejournal={stage.journal}", *arguments)
    return stage.play("write", *given, **environment)


def drain(stage: Stage, *arguments: str, **environment: str) -> str:
    """Run playbook `drain_link`."""
    return stage.play("drain_link", f"-elink={LINK}", *arguments, **environment)


def made_plan(*devices: str, **variables: Any) -> Plan:
    """Return a plan for playbook `write`."""
    expires = datetime.now(UTC).timestamp() + 600
    given = variables or {"bench": "gate"}
    return Plan(new_id("plan"), "write", devices, given, "bench", None, {}, (), "none", expires)


def admitted(
    stage: Stage,
    *devices: str,
    holder: Holder | None = None,
    dead_man_s: float = 20.0,
    **policy: Any,
) -> str:
    """Return the token of an admission that the bench itself holds."""
    asked = Request("cli", "bench", dead_man_s)
    allowed = GatePolicy.from_data(stage.policy | policy)
    return gate.admit(made_plan(*devices), asked, allowed, Database(), holder).token


@contextmanager
def stopped(by: str) -> Iterator[None]:
    """Stop everything by one of `file`, `ledger` and `airflow` alone; by none for an empty name."""
    ledger = Database()
    if by == "file":
        switch.stop_file().parent.mkdir(parents=True, exist_ok=True)
        switch.stop_file().touch()
    elif by:
        switch.set_row(ledger, by, True, "bench", "an attempt")
    try:
        yield
    finally:
        switch.go(ledger, "bench", airflow=True)
