"""Where a checkout keeps things."""

from pathlib import Path

import pytest

from forerunner import home


def test_root_is_the_checkout_that_holds_the_project_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORERUNNER_HOME", raising=False)

    assert (home.root() / "pyproject.toml").is_file()


def test_root_can_be_another_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORERUNNER_HOME", str(tmp_path))

    assert tmp_path == home.root()


def test_state_is_below_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FORERUNNER_VAR", raising=False)
    monkeypatch.setenv("FORERUNNER_HOME", str(tmp_path))

    assert tmp_path / "var" == home.var()


def test_state_can_be_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))

    assert tmp_path == home.var()


def test_telemetry_is_below_the_state_or_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_TELEMETRY", raising=False)
    assert home.telemetry() == str(tmp_path / "telemetry")

    monkeypatch.setenv("FORERUNNER_TELEMETRY", "s3://bucket/prefix")
    assert home.telemetry() == "s3://bucket/prefix"
