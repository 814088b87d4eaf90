"""The form of a benchmark's result."""

import json
from pathlib import Path

import pytest

from forerunner.bench import parts, rows
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


def _measuring(value: float, *names: str) -> tuple[parts.Measure, parts.Goals]:
    return lambda *_: [Row(name, "figure", value) for name in names], dict.fromkeys(names)


def test_rows_of_parts_that_did_not_run_stay_and_say_of_which_commit_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setattr(rows, "_commit", lambda: "first")
    parts.run("sample", {"a": _measuring(1, "a1", "a2"), "b": _measuring(1, "b1")}, False, [])
    monkeypatch.setattr(rows, "_commit", lambda: "second")
    for value in (2, 3):
        known = {"a": _measuring(value, "a1", "a2"), "b": _measuring(value, "b1", "b2")}
        path = parts.run("sample", known, False, ["b"])

    report = json.loads(path.read_text())

    found = [(x["id"], x["value"], x["what"]) for x in report["rows"]]
    kept = "figure; of an earlier run, at commit first"
    assert found == [("a1", 1, kept), ("a2", 1, kept), ("b1", 3, "figure"), ("b2", 3, "figure")]
    assert report["commit"] == "second"
    assert all(set(row) == KEYS for row in report["rows"])


def test_a_whole_run_leaves_nothing_of_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    rows.write("sample", [Row("gone", "figure", 1.0)])
    path = parts.run("sample", {"a": _measuring(1, "a1")}, False, [])
    assert [row["id"] for row in json.loads(path.read_text())["rows"]] == ["a1"]


def test_a_damaged_report_does_not_cost_what_was_measured_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "sample.json").write_text("{")
    path = parts.run("sample", {"a": _measuring(1, "a1")}, False, ["a"])
    assert [row["id"] for row in json.loads(path.read_text())["rows"]] == ["a1"]


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert rows.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert rows.percentile([0.0, 10.0], 0.95) == pytest.approx(9.5)
    assert rows.percentile([], 0.5) is None
