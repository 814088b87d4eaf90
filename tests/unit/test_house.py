"""The house keeps its own rules: sizes, roles, imports, lock, and a README that tells the truth."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version
from typer.main import get_command

from forerunner import cli

ROOT = Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("house", Path(__file__).with_name("house.py"))
assert _spec
assert _spec.loader
house = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(house)

ROLES = sorted(path.parent.parent.name for path in ROOT.glob("roles/*/tasks/main.yml"))
ROOMS = (
    "playbooks", "roles", "templates", "inventories", "dags", "analytics", "forerunner", "tests",
)  # fmt: skip
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def files(pattern: str, *rooms: str) -> list[Path]:
    found = (path for room in rooms for path in (ROOT / room).rglob(pattern))
    return sorted(path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts)


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text()) if path.is_file() else None


def locked() -> dict[str, list[str]]:
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", LOCK, re.MULTILINE):
        versions.setdefault(name, []).append(version)
    return versions


def test_every_room_is_lived_in() -> None:
    empty = [room for room in ROOMS if not any((ROOT / room).rglob("*.*"))]

    assert empty == []


def test_python_files_keep_to_their_sizes_and_imports() -> None:
    paths = files("*.py", *house.PYTHON_ROOMS)
    faults = [row for path in paths for row in house.python_faults(path, path_text(path))]

    assert faults == [], "\n".join(faults)


def test_playbooks_and_task_files_keep_to_their_sizes() -> None:
    paths = files("*.yml", "playbooks", "roles")
    faults = [row for path in paths for row in house.yaml_faults(path, path_text(path))]

    assert faults == [], "\n".join(faults)


def path_text(path: Path) -> str:
    return (ROOT / path).read_text()


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("forerunner/a.py", "x = 1\n" * 301, "forerunner/a.py: 301 lines, 300 at the most"),
        ("dags/a.py", "x = 1\n" * 81, "dags/a.py: 81 lines, 80 at the most"),
        ("analytics/a.py", "def f():\n" + "    x = 1\n" * 25, "analytics/a.py:1: f has 26 lines"),
        ("dags/a.py", "import pandas\n", "dags/a.py: imports pandas"),
        ("roles/a/b.py", "from asyncssh import x\n", "roles/a/b.py: imports asyncssh"),
        ("forerunner/a.py", "# TO" + "DO\n", "forerunner/a.py:1: unfinished: # TO" + "DO"),
    ],
)  # fmt: skip
def test_a_python_file_that_breaks_a_rule_is_found(path: str, text: str, fault: str) -> None:
    assert list(house.python_faults(Path(path), text)) == [fault]


def test_a_python_file_at_every_limit_is_clean() -> None:
    function = "def f():\n" + "    x = 1\n" * 24

    assert list(house.python_faults(Path("dags/a.py"), function + "x = 1\n" * 55)) == []


@pytest.mark.parametrize(
    ("path", "lines"), [("playbooks/a.yml", 31), ("roles/a/tasks/main.yml", 61)]
)
def test_a_long_yaml_file_is_found(path: str, lines: int) -> None:
    assert list(house.yaml_faults(Path(path), "a: 1\n" * (lines - 1))) == []
    assert list(house.yaml_faults(Path(path), "a: 1\n" * lines)) != []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_says_what_it_is_and_takes(role: str) -> None:
    needed = ("README.md", "defaults/main.yml", "meta/argument_specs.yml")
    missing = [name for name in needed if not (ROOT / "roles" / role / name).is_file()]

    assert missing == []


@pytest.mark.parametrize("role", ROLES)
def test_argument_specs_agree_with_the_defaults(role: str) -> None:
    base = ROOT / "roles" / role
    specs = load(base / "meta/argument_specs.yml") or {}
    options = specs.get("argument_specs", {}).get("main", {}).get("options", {})

    assert list(house.role_faults(role, load(base / "defaults/main.yml") or {}, options)) == []


GOOD_OPTION = {"type": "int", "default": 3, "description": "Tries."}


@pytest.mark.parametrize(
    ("defaults", "options", "fault"),
    [
        ({"b": 3}, {"b": GOOD_OPTION}, "does not carry the role's name"),
        ({"a_tries": 3, "a_new": 1}, {"a_tries": GOOD_OPTION}, "no argument_spec"),
        ({"a_tries": 4}, {"a_tries": GOOD_OPTION}, "one default"),
        ({}, {"a_tries": GOOD_OPTION}, "one default"),
        ({"a_tries": "3"}, {"a_tries": {"type": "int", "description": "Tries."}}, "is to be int"),
        ({"a_tries": True}, {"a_tries": {"type": "int", "description": "Tries."}}, "is to be int"),
        ({"a_tries": 3}, {"a_tries": GOOD_OPTION | {"required": True}}, "is required"),
        ({"a_tries": 3}, {"a_tries": GOOD_OPTION | {"description": ""}}, "no description"),
    ],
)  # fmt: skip
def test_a_role_that_says_two_things_is_found(
    defaults: dict[str, Any], options: dict[str, Any], fault: str
) -> None:
    (row,) = house.role_faults("a", defaults, options)

    assert fault in row


def test_a_role_that_says_one_thing_is_clean() -> None:
    defaults = {"a_tries": 3, "a_place": "{{ somewhere }}", "__a_inner": 1}
    options = {"a_tries": GOOD_OPTION, "a_place": {"type": "path", "description": "Where."}}

    assert list(house.role_faults("a", defaults, options)) == []


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.strip())

    assert not re.search(r"://|\bfile:|--index|--find-links| @ ", LOCK)
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = PROJECT["project"]
    extras = (row for extra in project["optional-dependencies"].values() for row in extra)
    wanted = [*project["dependencies"], *extras, *PROJECT["dependency-groups"]["dev"]]
    versions = locked()

    unmet = [
        text
        for text in wanted
        for need in [Requirement(text)]
        if not any(Version(v) in need.specifier for v in versions.get(need.name, []))
    ]

    assert unmet == []


@pytest.mark.slow
def test_the_lock_is_what_the_resolver_makes_of_the_project(tmp_path: Path) -> None:
    uv = ROOT / ".cache/setup/uv/bin/uv"
    if not uv.exists():
        pytest.skip("the environment was made without uv")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    options = "--universal --generate-hashes --no-header --no-annotate --python-version 3.11"
    made = subprocess.run(
        [uv, "pip", "compile", *options.split(), "--all-extras", "--group", "dev", "-q",
         ROOT / "pyproject.toml", "-o", tmp_path / "requirements.lock"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0 and "No solution" not in made.stderr:
        pytest.skip(f"the package index cannot be asked: {made.stderr.strip()[-200:]}")

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "requirements.lock").read_text() == LOCK


def test_the_readme_names_only_targets_and_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(get_command(cli.app).commands)  # type: ignore[attr-defined]

    assert set(re.findall(r"\bmake ([a-z][a-z-]*)\b", text)) - targets == set()
    named = set(re.findall(r"`forerunner ([a-z]+)", text))
    assert {"ledger", "orders", "status"} <= named <= commands


def test_the_readme_names_only_files_that_exist() -> None:
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"\bplaybooks/\w+\.yml|\bdocs/[\w.-]+|\binventories/[\w/.-]*\w", text))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_bootstrap_asks_for_nothing_but_the_standard_library() -> None:
    text = (ROOT / "forerunner/bootstrap.py").read_text()
    named = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))

    assert named <= sys.stdlib_module_names
