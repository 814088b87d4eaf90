"""A ledger of our own, and what the exporter says of it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from forerunner import gate, home
from forerunner.database import Database
from forerunner.exporter import Config
from forerunner.exporter.collector import Pace, StateCollector
from forerunner.exporter.service import parts
from forerunner.gate import Admission, GatePolicy, Holder, Request
from forerunner.ledger import Ledger
from forerunner.model import Plan, new_id

Scrape = Callable[[], "Scraped"]
Admit = Callable[..., Admission]


class Scraped:
    """What one scrape gave."""

    def __init__(self, text: str) -> None:
        self.text = text
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        self._values = {(x.name, frozenset(x.labels.items())): x.value for x in samples}

    def value(self, name: str, **labels: str) -> float | None:
        return self._values.get((f"forerunner_{name}", frozenset(labels.items())))


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for run-time state with an empty ledger."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    Ledger.open().close()
    return tmp_path


@pytest.fixture
def ledger(var: Path) -> Ledger:
    return Ledger.open()


@pytest.fixture
def scrape(var: Path) -> Scrape:
    """Scrape everything anew: each call reads all parts."""
    config = Config.default()
    collector = StateCollector(parts(config), Pace(refresh_s=0.0, patience_s=20.0))
    registry = CollectorRegistry()
    registry.register(collector)
    return lambda: Scraped(generate_latest(registry).decode())


@pytest.fixture
def admit(var: Path) -> Admit:
    """Ask the gate by the lab's own policy."""
    file = home.root() / "inventories/lab/group_vars/all/change_gate.yml"
    policy = yaml.safe_load(file.read_text())["change_policy"] | {"lease_wait_s": 0}

    def ask(*devices: str, holder: Holder | None = None) -> Admission:
        plan = Plan(
            new_id("plan"), "drain_link", devices, {}, "why", None, {}, (), "undo", time.time() + 60
        )
        request = Request("cli", "ann", 20.0)
        return gate.admit(plan, request, GatePolicy.from_data(policy), Database(), holder)

    return ask
