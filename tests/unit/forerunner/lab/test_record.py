from pathlib import Path

import pytest
import yaml

from forerunner import home
from forerunner.lab import Lab
from forerunner.lab.record import note_links_in_service
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan

CASE = home.root() / "tests" / "golden" / "frr" / "router_with_host" / "vars.yml"


def drained(ledger: Ledger, link: str) -> None:
    plan = Plan(
        f"plan-{link}", "drain_link", ("r1", "r2"), {"link": link}, "x", None, {}, (), "undo", 9.0
    )
    ledger.add_plan(plan)
    ledger.add_outcome(Outcome(plan.id, "verified", {}, {}, {}, 1.0, 2.0, "cli"))


def test_a_lab_built_anew_has_no_drained_links_in_the_ledger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    network = yaml.safe_load(CASE.read_text())["network"]
    lab = Lab.wanted("fr7", "198.18.7.0/24", tmp_path / "lab", network)
    ledger, ours = Ledger.open(), lab.topology.links[0].name
    drained(ledger, ours)
    drained(ledger, "x1:x2")

    note_links_in_service(lab)

    assert set(ledger.drained_links()) == {"x1:x2"}
