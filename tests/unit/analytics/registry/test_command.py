"""The models by hand: kept whole or not at all, promoted, returned to, checked."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.failure.model import LinkFailureModel
from forerunner.errors import InvalidData

KIND = "link_failure"


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def file(model: LinkFailureModel, tmp_path: Path) -> Path:
    found = LinkFailureModel.from_bytes(model.to_json().encode(), "test")
    found.card_ = {**found.card_, "metrics": {"brier": 0.01}}
    found.save(tmp_path / "mine.json")
    return tmp_path / "mine.json"


def models(*words: str) -> Result:
    return CliRunner().invoke(application, ["models", *words], env={"COLUMNS": "200"})


def _versions(var: Path) -> list[str]:
    return sorted(x.name for x in (var / "models" / KIND / "versions").glob("0*"))


def test_a_model_is_kept_promoted_and_returned_to(file: Path, var: Path) -> None:
    for _ in range(2):
        assert models("add", KIND, str(file)).exit_code == 0
    first, second = _versions(var)
    for version in (first, second):
        assert models("promote", KIND, version, "--why", "seen").exit_code == 0

    said = models("rollback", KIND).output

    assert said.startswith(f"{KIND} {first} is in service again; a running service takes it up")
    rows = [row for row in models("list").output.splitlines() if "yes" in row]
    assert len(rows) == 1
    assert first in rows[0]
    assert models("verify").exit_code == 0


@pytest.mark.parametrize("change", ["cut", "trees"])
def test_a_model_that_could_not_be_served_is_not_kept(file: Path, var: Path, change: str) -> None:
    content = file.read_text()
    text = content[:-40] if change == "cut" else content.replace('"trees"', '"woods"')
    file.write_text(text)

    assert isinstance(models("add", KIND, str(file)).exception, InvalidData)
    assert _versions(var) == []


def test_a_file_that_was_altered_is_named(file: Path, var: Path) -> None:
    models("add", KIND, str(file))
    path = var / "models" / KIND / "versions" / _versions(var)[0] / f"{KIND}.json"
    path.chmod(0o600)
    path.write_text(path.read_text() + " ")

    found = models("verify")

    assert found.exit_code == 1
    assert f"{path}: sha256" in found.output
