"""A loop without a network: real ledger, store and playbooks, and a drain that only pretends."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, Prediction, Sample, new_id
from forerunner.store import Store
from forerunner.topology import Topology

_PROJECT = Path(__file__).parent / "project"
# What is tested here must not hang on the operator's taste.
_POLICY = {
    "act_probability": 0.9,
    "clear_probability": 0.5,
    "horizon_s": 60,
    "load_max_age_s": 30,
    "maximum_drained_links": 2,
    "maximum_utilisation": 0.8,
    "plan_expires_s": 30,
}
_VARIABLES = home.root() / "inventories" / "lab" / "group_vars" / "all"


@dataclass
class Loop:
    """The run-time state of a loop, and what its pretended drains have done."""

    var: Path
    ledger: Ledger
    topology: Topology
    policy: dict[str, Any]

    def predict(self, link: str = "r1:r3", age_s: float = 0.0, probability: float = 0.95) -> str:
        """Write a prediction, with loads measured a moment ago, and return its identifier."""
        self.measure()
        prediction = Prediction(
            new_id("prediction"),
            "link_failure",
            link,
            probability,
            20.0,
            30.0,
            {"loss": 0.1},
            "test",
            time.time() - age_s,
        )
        self.ledger.add_prediction(prediction)
        return prediction.id

    def measure(self) -> None:
        """Write counters of idle links into the store."""
        ways = [way for link in self.topology.links for way in link.directions]
        now = time.time()
        Store(self.var / "telemetry").append(
            [
                Sample(now - age, way.host, way.interface, "if_out_octets", 1000.0)
                for age in (2.0, 0.0)
                for way in ways
            ]
        )

    def return_links(self) -> None:
        """Write down that every link is back in service."""
        for link in self.topology.links:
            plan = Plan(
                id=new_id("plan"),
                playbook="undrain_link",
                limit=link.ends,
                variables={"link": link.name},
                reason="a test begins",
                prediction=None,
                expected={},
                checks=(),
                undo="drain_link",
                expires=0,
            )
            self.ledger.add_plan(plan)
            self.ledger.add_outcome(Outcome(plan.id, "verified", {}, {}, {}, 0, 0, "cli"))

    def acts(self) -> list[str]:
        """Return the lines that the pretended drains wrote."""
        path = self.var / "acts"
        return path.read_text().splitlines() if path.exists() else []


def make_loop(var: Path, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """Return a loop whose state is below a directory."""
    links = yaml.safe_load((_VARIABLES / "network.yml").read_text())["network_links"]
    variables = yaml.safe_load((_VARIABLES / "remediation.yml").read_text())
    policy = variables["remediation_policy"] | _POLICY
    # Nothing probes here, so no act is ever proven; test_autonomy.py has ladders of its own.
    ladder = variables["remediation_autonomy"] | {
        "enforced": True,
        "predictions_per_link_hour": 1000,
        "unproven_acts": 1000,
    }
    (var / "observe").mkdir(parents=True)
    config = {"links": links, "policy": policy, "autonomy": ladder}
    (var / "observe" / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("FORERUNNER_HOME", str(_PROJECT))
    monkeypatch.setenv("FORERUNNER_VAR", str(var))
    monkeypatch.setenv("ANSIBLE_HOME", str(var / "ansible"))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    return Loop(var, Ledger.open(), Topology.from_data(links), policy)


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may leave anything in the checkout: what it left stopped the demo after it."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path / "own"))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Loop]:
    """Return a loop of its own."""
    made = make_loop(tmp_path, monkeypatch)
    yield made
    made.ledger.close()


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A real web server in the place of a chat's hook, known to Airflow by a connection."""
    server: Any = HTTPServer(("127.0.0.1", 0), _Hook)
    server.taken, server.status, server.secret = [], 200, "T0KEN-of-the-hook"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{server.secret}"
    connection = json.dumps({"conn_type": "http", "password": address})
    monkeypatch.setenv("AIRFLOW_CONN_FORERUNNER_ALERTS", connection)
    yield server
    server.shutdown()
    server.server_close()
