"""Systems are started once, and nothing is written to a listener that somebody else has."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forerunner import service
from forerunner.subscriber_lab import task
from forerunner.subscriber_lab.errors import SubscriberLabError
from forerunner.subscriber_lab.place import Daemon, Place

ADDRESS, PORT = "127.46.99.1", 4259
SERVER = f"import socket,time;s=socket.create_server(({ADDRESS!r},{PORT}));time.sleep(60)"


def prepare(place: Place) -> Daemon:
    return Daemon((sys.executable, "-c", SERVER), ((place.address("hlr"), PORT),))


@pytest.fixture
def parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.setattr(task, "PREPARED", {"hlr": __name__})
    monkeypatch.setitem(sys.modules, __name__, sys.modules[prepare.__module__])
    yield {
        "state": "present",
        "index": 99,
        "directory": str(tmp_path / "lab"),
        "systems": ["hlr"],
        "timeout": 10,
    }
    service.stop("hlr")


def test_what_runs_is_left_alone_and_ends_when_told(parameters: dict[str, object]) -> None:
    assert task.start_or_stop(parameters, check_mode=True)["changed"]
    assert task.start_or_stop(parameters) == {"changed": True, "message": "start hlr"}
    assert not task.start_or_stop(parameters)["changed"]
    assert task.start_or_stop(parameters | {"state": "absent"})["message"] == "stop hlr"
    assert service.status("hlr") is None


def test_somebody_elses_listener_is_not_taken_for_ours(parameters: dict[str, object]) -> None:
    with socket.create_server((ADDRESS, PORT)), pytest.raises(SubscriberLabError, match="hlr"):
        task.start_or_stop(parameters)
    assert service.status("hlr") is None


def test_an_unknown_system_is_named(parameters: dict[str, object]) -> None:
    with pytest.raises(SubscriberLabError, match="'auc' is no system"):
        task.start_or_stop(parameters | {"systems": ["auc"]})
