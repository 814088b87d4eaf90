"""One word for how the observing service is, and an exit code that scripts can use."""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from forerunner import cli, service
from forerunner.errors import InvalidData
from forerunner.status_view import standing

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def running(var: Path) -> Iterator[None]:
    service.start("observe", _SLEEP, dict(os.environ), var / "observe.log")
    yield
    service.stop("observe", 5)


def _say(var: Path, **changed: Any) -> None:
    told = {"pid": os.getpid(), "time": time.time(), "healthy": True}
    usual = {**told, "restarts": 2, "links": {}, "gaps": {}}
    (var / "observe").mkdir(exist_ok=True)
    (var / "observe" / "status.json").write_text(json.dumps({**usual, **changed}))


def _asked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["status", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.usefixtures("running")
def test_a_service_whose_heart_beats_is_healthy(var: Path) -> None:
    _say(var)
    code, said = _asked()
    assert code == 0
    assert said.startswith(f"observe: healthy: process {os.getpid()}, 2 restarts")
    assert json.loads(_asked("--json")[1])["word"] == "healthy"


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize(
    ("said", "word", "text"),
    [
        ({"pid": 2**22 + 1}, "unhealthy", "has died"),
        ({"time": 1000.0}, "stale", "no heartbeat for"),
        ({"healthy": False, "links": {"r1:r3": {"observed": False}}}, "unhealthy", "r1:r3 not"),
        ({"healthy": False, "gaps": {"r1": "no route"}}, "unhealthy", "r1: no route"),
        ({"healthy": False, "store": "disk full"}, "unhealthy", "kept back: disk full"),
    ],
)
def test_what_is_wrong_is_said(var: Path, said: dict[str, Any], word: str, text: str) -> None:
    _say(var, **said)
    found = standing()
    assert found.word == word
    assert text in found.text
    assert _asked()[0] == 1


@pytest.mark.usefixtures("running")
def test_one_that_has_just_been_started_has_not_said_anything(var: Path) -> None:
    assert standing().word == "unhealthy"


def test_what_does_not_run_is_down_whatever_it_said_last(var: Path) -> None:
    _say(var)
    assert standing().word == "down"
    assert "playbooks/start_telemetry.yml" in _asked()[1]


def test_a_damaged_file_is_named(var: Path) -> None:
    _say(var, time="now")
    with pytest.raises(InvalidData, match=r"status.json: time"):
        standing()
