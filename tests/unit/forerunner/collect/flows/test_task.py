"""Collecting flows is started and stopped, and says why where it cannot be."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from forerunner import service
from forerunner.collect.flows import Config, task
from forerunner.errors import InvalidData
from forerunner.lab import LabNotUp

LINK = {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 1e9, "cost": 10}
SITE = {
    "exporters": {"r1": "127.0.0.1"},
    "network": {"hosts": {}, "routers": {}, "links": [LINK]},
    "prefixes": {"10.2.1.0/24": "r1"},
    "classes": [{"name": "voice", "dscp": [46]}],
    "idle_s": 60,
}


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return {
        "state": "started", "directory": str(tmp_path), "site": SITE, "address": "127.0.0.1",
        "collectors": {"one": 39_995}, "rotation": 60, "lab": "", "timeouts": {}, "timeout": 5,
    }  # fmt: skip


def test_a_lab_that_is_gone_does_not_keep_the_collectors_from_stopping(
    given: dict[str, Any],
) -> None:
    done = task.start_or_stop(given | {"state": "stopped", "lab": "fr98none"})

    assert done == {"changed": False, "state": "stopped", "message": "flows were not collected"}


def test_flows_of_a_lab_that_is_gone_cannot_be_started(given: dict[str, Any]) -> None:
    with pytest.raises(LabNotUp, match="build_lab"):
        task.start_or_stop(given | {"lab": "fr98none"})


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"collectors": {}}, "collectors"),
        ({"collectors": {"One-1": 9995}}, "One-1"),
        ({"collectors": {"one": 80}}, "1024"),
        ({"rotation": 1}, "rotation_s"),
        ({"site": SITE | {"classes": [{"name": "'; DROP", "dscp": [1]}]}}, "DROP"),
        ({"site": SITE | {"classes": [{"name": "all"}]}}, "classes"),
        ({"site": SITE | {"prefixes": {"10.2.1.1/24": "r1"}}}, "host bits"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_started(
    given: dict[str, Any], tmp_path: Path, changed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidData, match=problem):
        task.start_or_stop(given | changed)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_port_that_another_holds_is_said_and_nothing_is_left_running(
    given: dict[str, Any],
) -> None:
    if not shutil.which("nfcapd"):
        pytest.skip("nfdump is not installed")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", given["collectors"]["one"]))
        with pytest.raises(task.NotCollecting, match="nobody listens on"):
            task.start_or_stop(given | {"timeout": 3})
    assert service.status(task.NAME) is None


@pytest.mark.parametrize(
    ("told", "configured", "store"),
    [("", "", "{}/telemetry"), ("", "s3://b/p", "s3://b/p"), ("/other", "s3://b/p", "/other")],
)
def test_flows_go_to_the_store_that_all_use(
    given: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: str,
    configured: str,
    store: str,
) -> None:
    monkeypatch.setenv("FORERUNNER_TELEMETRY", configured)
    found = Config.from_data(task.configuration(given | {"telemetry": told}, None), "test")
    assert found.telemetry == store.format(tmp_path)


def test_a_dry_run_starts_nothing(given: dict[str, Any], tmp_path: Path) -> None:
    done = task.start_or_stop(given, check=True)

    assert (done["changed"], done["message"]) == (True, "collectors would be started")
    assert not list(tmp_path.iterdir())
