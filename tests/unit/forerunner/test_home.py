"""Where a checkout keeps things."""

import re
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
    assert home.telemetry() == home.telemetry(tmp_path / "other") == "s3://bucket/prefix"


def test_no_part_decides_by_itself_where_the_store_is() -> None:
    places = [*home.root().glob("forerunner/**/*.py"), *home.root().glob("analytics/**/*.py")]
    places += [*home.root().glob("inventories/**/*.yml"), *home.root().glob("roles/**/*.yml")]
    own = re.compile(r'/ "telemetry"|lab_var \}\}/telemetry|lab_var ~ ./telemetry')
    found = {str(file.relative_to(home.root())) for file in places if own.search(file.read_text())}

    inventories = {f"inventories/{name}/group_vars/all/lab.yml" for name in ("lab", "ring")}
    assert found == {"forerunner/home.py"} | inventories
