"""The import contracts: a module in the wrong room is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """Every module of the project by its name, empty but for what a contract speaks of."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("analytics", "forerunner"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    for path in (ROOT / "forerunner").iterdir():
        if path.suffix == ".py" or (path / "__init__.py").exists():
            (tmp_path / "forerunner" / f"{path.stem}.py").touch()
    write(tmp_path, "forerunner/runner.py", "import ansible_runner")
    write(tmp_path, "forerunner/airflow.py", "import airflow")
    write(tmp_path, "analytics/decide.py", "import forerunner.model")
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).write_text(text + "\n")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=root,
        env=os.environ | {"COLUMNS": "200", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_skeleton_keeps_every_contract(skeleton: Path) -> None:
    linted = lint(skeleton)

    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout


@pytest.mark.parametrize(
    ("path", "text", "contract"),
    [
        ("forerunner/model.py", "import forerunner.lab", "the base imports nothing above it"),
        ("forerunner/stray.py", "", "the base imports nothing above it"),
        ("forerunner/fleet.py", "import forerunner.airflow", "the base imports nothing above it"),
        ("forerunner/bootstrap.py", "import forerunner.cli", "the base imports nothing above it"),
        ("analytics/decide.py", "import forerunner.fleet", "analytics imports the base alone"),
        ("analytics/decide.py", "import forerunner.runner", "analytics imports the base alone"),
        ("forerunner/fleet.py", "import analytics.decide", "knows nothing of analytics"),
        ("forerunner/lab.py", "import ansible_runner", "only forerunner.runner imports"),
        ("forerunner/airflow.py", "import airflow, ansible_runner", "only forerunner.runner"),
        ("forerunner/remediate.py", "import airflow.sdk", "only forerunner.airflow and dags/"),
    ],
)
def test_a_module_in_the_wrong_room_is_found(
    skeleton: Path, path: str, text: str, contract: str
) -> None:
    write(skeleton, path, text)

    linted = lint(skeleton)

    assert linted.returncode == 1, linted.stdout
    broken = [line for line in linted.stdout.splitlines() if line.endswith(" BROKEN")]
    assert any(contract in line for line in broken), linted.stdout
