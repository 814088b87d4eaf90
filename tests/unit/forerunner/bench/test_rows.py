"""The form of a benchmark's result."""

import json
from pathlib import Path

import pytest

from forerunner.bench import rows
from forerunner.bench.rows import Row

KEYS = {"id", "what", "value", "unit", "peer", "peer_value", "ratio", "goal", "met", "n", "seed"}


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (0.10, "<= 0.10", True),
        (0.11, "<= 0.10", False),
        (10.0, ">= 10", True),
        (9.9, ">= 10", False),
        (0, "== 0", True),
        (1, "== 0", False),
        (None, "== 0", None),
        (77.0, "77..83", True),
        (83.1, "77..83", False),
        (3.0, None, None),
    ],
)
def test_a_goal_is_met_by_its_relation(
    value: float | None, goal: str | None, met: bool | None
) -> None:
    assert Row("x", "x", value, goal=goal).met is met


def test_the_file_has_the_stated_form(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    path = rows.write("sample", [Row("a", "a figure", 1.5, "s", "<= 2")])
    report = json.loads(path.read_text())
    assert path == tmp_path / "bench" / "sample.json"
    assert set(report) == {"name", "machine", "commit", "rows"}
    assert set(report["rows"][0]) == KEYS
    assert report["rows"][0]["met"] is True


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert rows.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert rows.percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert rows.percentile([], 0.5) is None
