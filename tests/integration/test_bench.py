"""The short form of the benchmarks: the whole loop on a real lab, in every arm."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from forerunner import home

pytestmark = [
    pytest.mark.usefixtures("machine"),
    pytest.mark.lab,
    pytest.mark.airflow,
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

LOOP = {
    "loss_share_dead_timer_median",
    "loss_share_dead_timer_max",
    "loss_share_bfd_median",
    "to_verified_p95_s",
    "lead_time_median_s",
    "benign_acts",
    "benign_acts_per_hour",
    "flapping_acts_per_fault",
    "lab_up_s",
    "demo_fresh_s",
    "demo_again_s",
}
INFORMING = {
    "loss_share_before_prediction_max",
    "probe_rate_pps",
    "cusum_loss_share_dead_timer_median",
}


def bench(name: str, directory: Path) -> dict[str, dict[str, Any]]:
    """Run a benchmark's short form; return its rows by id."""
    program = str(Path(sys.executable).with_name("forerunner"))
    done = subprocess.run(
        [program, "bench", name, "--short"],
        cwd=home.root(),
        env={**os.environ, "FORERUNNER_VAR": str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((directory / "bench" / f"{name}.json").read_text())
    assert report["name"] == name
    return {row["id"]: row for row in report["rows"]}


def test_one_fault_costs_less_with_the_loop(tmp_path: Path) -> None:
    rows = bench("loop", tmp_path)

    assert set(rows) == LOOP | INFORMING
    assert rows["loss_share_dead_timer_median"]["value"] < 0.5
    assert rows["lead_time_median_s"]["value"] > 0
    assert rows["to_verified_p95_s"]["value"] is not None
    assert rows["demo_fresh_s"]["value"] is None
    assert "short form" in rows["demo_fresh_s"]["what"]
    assert len(list((tmp_path / "bench" / "loop").glob("*.pcap"))) == 3


def test_a_killed_task_leaves_nothing_and_its_retry_converges(tmp_path: Path) -> None:
    rows = bench("loop-kill", tmp_path)

    assert set(rows) == {"kill_orphans", "kill_converged"}
    assert rows["kill_orphans"]["value"] == 0
    assert rows["kill_converged"]["met"] is True
