"""Modules of roles, each run by Ansible itself, without the role around it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner import home

pytestmark = [pytest.mark.usefixtures("machine"), pytest.mark.lab]
ABSENT = {
    "state": "absent",
    "name": "fr99",
    "management_network": "198.18.99.0/24",
    "network": {},
}

Module = Callable[..., dict[str, Any]]


@pytest.fixture
def run(
    ansible_adhoc: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Module:
    """Run the module of a role on this machine: `run("lab_network", state="absent")`."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    inventory = tmp_path / "hosts"
    inventory.write_text(
        f"here ansible_connection=local ansible_python_interpreter={sys.executable}\n"
    )

    def once(module: str, /, **arguments: Any) -> dict[str, Any]:
        library = str(home.root() / "roles" / module / "library")
        hosts = ansible_adhoc(inventory=str(inventory), host_pattern="here", module_path=library)
        done: dict[str, Any] = getattr(hosts.all, module)(**arguments).contacted["here"]
        return done

    return once


def test_a_lab_that_is_not_there_is_absent_already(run: Module, tmp_path: Path) -> None:
    done = run("lab_network", directory=str(tmp_path), **ABSENT)
    assert not done.get("failed"), done
    assert done["changed"] is False


def test_a_network_that_does_not_fit_is_refused_by_its_field(run: Module, tmp_path: Path) -> None:
    wrong = {**ABSENT, "state": "present", "network": {"links": []}}
    done = run("lab_network", directory=str(tmp_path), **wrong)
    assert done["failed"]
    assert "network" in done["msg"]
    assert not Path("/run/forerunner/fr99").exists()


def test_an_impairment_without_a_lab_says_how_to_build_one(run: Module) -> None:
    done = run("link_impairment", lab="fr99", link="r1:r3", loss=0.1)
    assert done["failed"]
    assert "fr99" in done["msg"]
