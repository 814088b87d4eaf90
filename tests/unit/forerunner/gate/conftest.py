"""A gate on a ledger of its own, with a clock that a test sets."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from forerunner import gate
from forerunner.database import Database
from forerunner.gate import Admission, GatePolicy, Holder, Request
from forerunner.gate.audit import Entry, entries, faults
from forerunner.gate.book import opened
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, new_id

POLICY: dict[str, Any] = {
    "maximum_devices": 3,
    "maximum_load_mbit_s": None,
    "unknown_load": "allow",
    "timezone": "Europe/Berlin",
    "freezes": [],
    "maintenance_windows": [],
    "windows_bind": ["cli", "airflow", "git"],
    "approval_entrances": [],
    "approval_playbooks": [],
    "approval_by_another": True,
    "automated_acts": 3,
    "automated_period_s": 600,
    "breaker_failures": 2,
    "breaker_cooldown_s": 600,
    "lease_wait_s": 0,
    "begin_s": 60,
    "restore_s": 10,
}


@dataclass
class Site:
    """What a test works on."""

    ledger: Database
    var: Path
    policy: dict[str, Any] = field(default_factory=lambda: dict(POLICY))
    now: float = field(default_factory=time.time)

    def clock(self) -> float:
        return self.now

    def plan(self, *devices: str, **variables: Any) -> Plan:
        name = new_id("plan")
        given = {"name": "a"} | variables
        expires = self.now + 3600
        return Plan(
            name, "drain_link", devices, given, "why", None, {}, (), "undrain_link", expires
        )

    def admit(
        self,
        *devices: str,
        plan: Plan | None = None,
        entrance: str = "cli",
        who: str = "ann",
        load_bps: float | None = None,
        holder: Holder | None = None,
        **policy: Any,
    ) -> Admission:
        return gate.admit(
            plan or self.plan(*devices),
            Request(entrance, who, 20.0, load_bps),  # type: ignore[arg-type]
            GatePolicy.from_data(self.policy | policy),
            self.ledger,
            holder,
            self.clock,
        )

    def refused(self, *devices: str, **given: Any) -> str:
        with pytest.raises(gate.Refused) as caught:
            self.admit(*devices, **given)
        return str(caught.value)

    def check(self, token: str, device: str) -> None:
        gate.check(token, device, self.ledger, self.clock)

    def not_admitted(self, token: str, device: str) -> str:
        with pytest.raises(gate.NotAdmitted) as caught:
            self.check(token, device)
        return str(caught.value)

    def trail(self) -> list[Entry]:
        with opened(self.ledger) as book:
            return entries(book.execute)

    def faults(self) -> list[str]:
        return list(faults(self.trail()))

    def sql(self, statement: str, **values: Any) -> None:
        with self.ledger.transaction() as execute:
            execute(statement, **values)

    def automated(self, state: str, ended_at: float, prediction: str = "") -> None:
        """Write down what became of an automated change, by default for a prediction of its own."""
        book = Ledger.open()
        made = replace(self.plan("r1"), prediction=prediction or new_id("prediction"))
        book.add_plan(made)
        book.add_outcome(Outcome(made.id, state, {}, {}, {}, ended_at, ended_at, "t"))  # type: ignore[arg-type]
        book.close()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    Ledger.open().close()
    return Site(Database(), tmp_path)


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process that lives until a test ends it."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()
