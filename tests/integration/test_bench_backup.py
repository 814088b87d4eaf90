"""The short form of the backup part of `make bench-change`: one fault of each kind."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from forerunner.bench.change import backup

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("machine")]


def test_no_fault_loses_a_good_backup_and_each_really_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    found = {row.id: row for row in backup.rows("short", Console())}
    row = found["backup_bad_overwrites"]
    assert (row.value, row.n) == (0, 5), row.what
    cases = json.loads((tmp_path / "bench/change/backup.json").read_text())
    assert [each["lost"] for each in cases] == [[]] * 5
    said = {each["fault"]: each["what"] for each in cases}
    assert "SSH connection closed" in said["cut stream"]
    assert "empty configuration" in said["empty answer"]
    assert "device" in said["no room"].lower() or "out of diskspace" in said["no room"].lower()
    assert not Path("/proc/mounts").read_text().count(str(tmp_path))
