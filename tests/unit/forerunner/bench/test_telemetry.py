"""The short benchmark of telemetry gives every row that its parts promise."""

import json
from pathlib import Path

import pytest

from forerunner.bench import telemetry


def test_every_row_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    # The peers of part snmp are installed by those who measure it; the others want a lab.
    chosen = [name for name in telemetry.PARTS if name not in ("snmp", "matrix", "wire")]
    data = json.loads(telemetry.main(short=True, chosen=chosen).read_text())

    promised = [name for part in chosen for name in telemetry.PARTS[part][1]]
    assert [row["id"] for row in data["rows"]] == promised
    assert all(row["value"] is not None for row in data["rows"]), data["rows"]
    assert [row["value"] for row in data["rows"] if row["goal"] == "== 0"] == [0, 0, 0]
    assert not list((tmp_path / "bench" / "telemetry").iterdir())
