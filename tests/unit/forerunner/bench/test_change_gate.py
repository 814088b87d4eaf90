"""What the benchmark of the gate counts, and that it counts nothing that it did not see."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from forerunner.bench.change import bypasses
from forerunner.bench.change.gate import contention
from forerunner.bench.change.gate.attempt import Attempt
from forerunner.errors import ForerunnerError


def section(device: str, begins: float, ends: float) -> dict[str, Any]:
    return {"device": device, "asks": begins - 0.01, "begins": begins, "ends": ends}


class Routers:
    """A stage whose one router an attempt may write to."""

    def __init__(self) -> None:
        self.text, self.resets = "as it was", 0

    def configurations(self) -> dict[str, str]:
        return {"r1": self.text}

    def admissions(self) -> int:
        return 0

    def reset(self) -> None:
        self.text, self.resets = "as it was", self.resets + 1


def write(stage: Any) -> str:
    stage.text = "written"
    return "changed"


def test_sections_of_one_device_that_overlap_are_counted() -> None:
    found = [section("r1", 1, 2), section("r2", 1.5, 3), section("r1", 1.9, 2.5)]
    assert len(contention.overlaps(found)) == 1
    assert contention.overlaps([section("r1", 1, 2), section("r1", 2, 3)]) == []


def test_a_write_that_is_missing_leaves_the_row_unmeasured(tmp_path: Path, monkeypatch) -> None:
    journal = tmp_path / "journal"
    lines = [section("r1", 1, 2), section("r1", 3, 4), section("r1", 5, 6)]

    def play(stage: Any, rounds: int, console: Console) -> None:
        journal.write_text("".join(json.dumps(line) + "\n" for line in lines))

    monkeypatch.setattr(contention, "_play", play)
    stage: Any = SimpleNamespace(journal=journal)
    assert contention.row(stage, 1, Console()).value == 0
    lines.pop()
    row = contention.row(stage, 1, Console())
    assert (row.value, "2 of 3 writes" in row.what) == (None, True)


def test_an_attempt_that_writes_goes_through_and_is_taken_back() -> None:
    stage: Any = Routers()
    through = bypasses._tried(stage, Attempt("write", write, "the gate refuses"))
    assert (through.went_through, through.wrote, stage.resets) == (True, ["r1"], 1)
    held = bypasses._tried(stage, Attempt("no", lambda _: "the gate refuses", "the gate"))
    assert (held.went_through, held.by_the_gate) == (False, True)
    typo = bypasses._tried(stage, Attempt("typo", lambda _: "no such file", "the gate"))
    assert (typo.went_through, typo.by_the_gate) == (False, False)
    row = bypasses._bypasses([through, held, typo])
    assert (row.value, row.n, "(1 held by the gate's own word): write" in row.what) == (1, 3, True)


def test_nothing_is_measured_where_a_write_that_may_pass_is_not_seen(monkeypatch) -> None:
    stage: Any = Routers()
    monkeypatch.setattr(bypasses, "write", lambda stage: "nothing")
    with pytest.raises(ForerunnerError, match="write may pass, and wrote nothing"):
        list(bypasses._try(stage, [], Console()))


def test_every_attempt_has_a_name_of_its_own_and_the_short_form_is_of_them() -> None:
    every = [attempt.name for attempt in bypasses._chosen(short=False)]
    assert len(set(every)) == len(every)
    assert len(every) > 60
    short = [attempt.name for attempt in bypasses._chosen(short=True)]
    assert set(short) < set(every)
    assert 5 < len(short) < 10
