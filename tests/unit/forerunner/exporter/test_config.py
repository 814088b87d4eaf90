"""Nobody but this machine is answered unless that was asked for."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.exporter import Config


@pytest.fixture
def data(var: Path) -> dict[str, Any]:
    plain = asdict(Config.default())
    paths = {name: str(plain[name]) for name in ("directory", "backups")}
    return plain | paths | {"devices": ["r1"]}


def test_by_default_only_this_machine_is_answered(var: Path) -> None:
    assert Config.default().url == "http://127.0.0.1:9912/metrics"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.0.9", "::1"])
def test_a_loopback_address_needs_no_consent(data: dict[str, Any], address: str) -> None:
    assert Config.from_data(data | {"address": address}, "test").address == address


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "10.0.0.1", "8.8.8.8"])
def test_an_address_that_others_reach_is_refused_without_consent(
    data: dict[str, Any], address: str
) -> None:
    with pytest.raises(InvalidData, match="state_exporter_allow_remote"):
        Config.from_data(data | {"address": address}, "test")

    consented = Config.from_data(data | {"address": address, "allow_remote": True}, "test")

    assert consented.address == address


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("0:0:0:0:0:0:0:1", "http://[::1]:9912/metrics"),
        ("::ffff:127.0.0.1", "http://127.0.0.1:9912/metrics"),
    ],
)
def test_an_address_has_one_form(data: dict[str, Any], said: str, url: str) -> None:
    assert Config.from_data(data | {"address": said}, "test").url == url


def test_the_store_is_the_one_that_all_use(
    data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_TELEMETRY", "s3://bucket/prefix")

    assert Config.default().telemetry == "s3://bucket/prefix"
    assert Config.from_data(data | {"telemetry": "s3://b/p"}, "test").telemetry == "s3://b/p"


def test_a_name_is_no_address(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidData, match="no IP address"):
        Config.from_data(data | {"address": "localhost"}, "test")


@pytest.mark.parametrize(
    "wrong", [{"port": 0}, {"port": "9912"}, {"directory": "var"}, {"token": "x"}, {"stale_s": 0}]
)
def test_what_does_not_fit_is_refused(data: dict[str, Any], wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidData):
        Config.from_data(data | wrong, "test")
