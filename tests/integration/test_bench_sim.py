"""The short form of `make bench-sim`, of the parts that need no playbook: every row is measured."""

import json
from pathlib import Path

import pytest

from forerunner.bench import sim
from forerunner.bench.sim import site
from tests.integration.conftest import LAB_INDEX

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]
PARTS = ("hlr", "plan", "allocation")


def test_every_row_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    # Beside the systems of this session's own lab.
    monkeypatch.setattr(site, "INDEX", LAB_INDEX + 1)

    data = json.loads(sim.main(short=True, chosen=PARTS).read_text())

    rows = {row["id"]: row for row in data["rows"]}
    assert set(rows) == {name for part in PARTS for name in sim.PARTS[part][1]}
    assert all(row["value"] is not None for row in rows.values()), rows
    assert rows["allocation_overlaps"]["value"] == 0
