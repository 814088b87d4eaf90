"""Every part's rows are there, measured or with the reason."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from forerunner.bench import change, parts
from forerunner.bench.rows import Extent, Row
from forerunner.errors import ForerunnerError, InvalidData


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))


def _part(
    monkeypatch: pytest.MonkeyPatch, name: str, rows: Callable[[Extent, Console], Sequence[Row]]
) -> None:
    monkeypatch.setitem(change.PARTS, name, (rows, change.PARTS[name][1]))


def _report(tmp_path: Path) -> dict[str, dict[str, Any]]:
    (path,) = (tmp_path / "bench").glob("*.json")
    rows = json.loads(path.read_text())["rows"]
    return {row["id"]: row for row in rows}


def test_part_that_runs_gives_its_rows_and_lacks_none(tmp_path, monkeypatch) -> None:
    _part(monkeypatch, "gate", lambda extent, console: [Row("gate_bypasses", extent, 0)])
    change.main(short=True, chosen=["gate"])
    report = _report(tmp_path)
    assert list(report) == ["gate_bypasses", "lease_overlaps"]
    assert (report["gate_bypasses"]["value"], report["gate_bypasses"]["what"]) == (0, "short")
    assert (report["lease_overlaps"]["value"], report["lease_overlaps"]["goal"]) == (None, "== 0")


@pytest.mark.parametrize("error", [ForerunnerError("no lab here"), ValueError("no lab here")])
def test_part_that_fails_says_why_and_costs_the_others_nothing(
    tmp_path, monkeypatch, error: Exception
) -> None:
    def fail(extent: str, console: Console) -> list[Row]:
        raise error

    _part(monkeypatch, "gate", fail)
    _part(monkeypatch, "backup", lambda extent, console: [Row("restore_drill_s", "", 7.0)])
    change.main(chosen=["gate", "backup"])
    report = _report(tmp_path)
    assert "no lab here" in report["lease_overlaps"]["what"]
    assert report["restore_drill_s"]["value"] == 7.0


def test_part_whose_module_is_not_there_has_its_rows_with_the_reason(tmp_path, monkeypatch) -> None:
    _part(monkeypatch, "gate", parts.from_module("forerunner.bench.change.strange"))
    change.main(chosen=["gate"])
    assert "change.strange" in _report(tmp_path)["gate_bypasses"]["what"]


def test_unknown_part_is_refused_before_anything_runs(tmp_path) -> None:
    with pytest.raises(InvalidData, match="plan, apply"):
        change.main(chosen=["nonsense"])
    assert not (tmp_path / "bench" / "change.json").exists()
