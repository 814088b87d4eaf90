"""A wrong configuration is named by its field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.observe import task
from forerunner.observe.config import Config

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
