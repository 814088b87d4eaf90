"""A wrong configuration is named by its field."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home, service, service_play
from forerunner.errors import InvalidData
from forerunner.observe import task
from forerunner.observe.config import Config

# Stands in for the service: healthy at once, again and again, until it is told to go.
_WATCHER = """#!/bin/sh
while sleep 0.1; do echo '{"healthy": true}' > "$(dirname "$3")/status.json"; done
"""
_READ = ("snmp", "agent_key", "known_hosts", "model")
_VARS = home.root() / "inventories" / "lab" / "group_vars" / "all"


@pytest.fixture
def data(tmp_path: Path) -> dict[str, Any]:
    links = yaml.safe_load((_VARS / "network.yml").read_text())["network_links"]
    policy = yaml.safe_load((_VARS / "remediation.yml").read_text())["remediation_policy"]
    paths = ("snmp", "agent_key", "known_hosts", "model", "telemetry", "status")
    return {
        "devices": {f"r{i}": "127.0.0.1" for i in range(1, 7)},
        "links": links,
        "policy": policy,
        "poll_interval_s": 1.5,
        "probe_interval_ms": 10,
        **{name: str(tmp_path / name) for name in paths},
    }


def test_the_inventory_makes_a_configuration(data: dict[str, Any]) -> None:
    assert len(Config.from_data(data, "x").topology.links) == 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"probe_interval_ms": 9}, "x: probe_interval_ms: 9"),
        ({"devices": {"r1": "127.0.0.1"}}, "x: devices: no address for r2"),
        ({"typo": 1}, "typo"),
        ({"model": "relative"}, "x: model"),
        ({"telemetry": "relative"}, "x: telemetry"),
        ({"site": "../up"}, "x: site"),
    ],
)
def test_a_wrong_field_is_named(data: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        Config.from_data({**data, **change}, "x")


def test_a_wrong_field_of_the_policy_is_named(data: dict[str, Any]) -> None:
    data["policy"]["act_probabilty"] = data["policy"].pop("act_probability")
    with pytest.raises(InvalidData, match=r"policy.*act_probabilty: is no field"):
        Config.from_data(data, "x")


def test_a_lab_that_is_not_up_is_named_with_the_next_command(
    data: dict[str, Any], tmp_path: Path
) -> None:
    data["devices"] = dict.fromkeys(data["devices"], "127.77.77.77")
    parameters = {"state": "started", "directory": str(tmp_path), "timeout": 1}
    with pytest.raises(task.NotObserving, match=r"r1, .*playbooks/build_lab.yml"):
        task.start_or_stop({**parameters, "config": data})


def test_a_missing_model_is_named_with_the_next_command(
    data: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "_answers", lambda address: True)
    parameters = {"state": "started", "directory": str(tmp_path), "timeout": 1}
    with pytest.raises(task.NotObserving, match="python -m analytics train"):
        task.start_or_stop({**parameters, "config": data})


@pytest.fixture
def parameters(
    data: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """Return what role telemetry asks for, with everything there that the service reads."""
    watcher = tmp_path / "forerunner"
    watcher.write_text(_WATCHER)
    watcher.chmod(0o755)
    for name in _READ:
        (tmp_path / name).write_text(f"secret {name}")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(task, "_answers", lambda address: True)
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    yield {"state": "started", "directory": str(tmp_path), "timeout": 20, "config": data}
    service.stop(task.NAME)


@pytest.mark.parametrize("name", _READ)
def test_a_file_that_the_service_has_read_and_that_changed_restarts_it(
    parameters: dict[str, Any], tmp_path: Path, name: str
) -> None:
    assert task.start_or_stop(parameters)["changed"]
    first = service.status(task.NAME)
    assert not task.start_or_stop(parameters)["changed"]
    assert first == service.status(task.NAME)
    (tmp_path / name).write_text("made anew")
    assert task.start_or_stop(parameters, check_mode=True)["changed"]
    assert task.start_or_stop(parameters)["changed"]
    assert first != service.status(task.NAME)
    assert not task.start_or_stop(parameters)["changed"]


def test_the_configuration_holds_digests_and_no_contents(
    parameters: dict[str, Any], tmp_path: Path
) -> None:
    task.start_or_stop(parameters)
    file = tmp_path / "observe" / "config.json"
    config = Config.from_file(file)
    assert "secret" not in file.read_text()
    assert all(digest in file.read_text() for digest in config.digests().values())
    assert (sorted(config.digests()), file.stat().st_mode & 0o777) == (sorted(_READ), 0o600)


@pytest.mark.parametrize(("store", "passed"), [("s3://bucket/prefix", True), ("/var/store", False)])
def test_credentials_reach_a_service_that_writes_to_an_object_store_and_no_other(
    data: dict[str, Any], monkeypatch: pytest.MonkeyPatch, store: str, passed: bool
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    config = Config.from_data({**data, "telemetry": store, "site": "north"}, "x")
    assert ("AWS_SECRET_ACCESS_KEY" in service_play.credentials(config.telemetry)) is passed
    assert (config.telemetry, config.site) == (store, "north")
