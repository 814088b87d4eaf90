"""What the environment says about a lab, as playbooks understand it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forerunner import home

BIN = Path(sys.executable).parent


def ansible(
    program: str, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(BIN / program), *arguments],
        cwd=home.root(),
        env={**os.environ, "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def _no_directory_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORERUNNER_VAR", raising=False)


@pytest.mark.parametrize("index", ["fr1", "100"])
def test_an_index_that_is_none_is_refused_before_a_lab_is_touched(index: str) -> None:
    done = ansible(
        "ansible-playbook", "playbooks/remove_lab.yml", "--check", FORERUNNER_LAB_INDEX=index
    )

    assert done.returncode != 0
    assert f"FORERUNNER_LAB_INDEX is '{index}'; make it a number from 0 to 99" in done.stdout
    assert "TASK [lab_network : Build or remove the lab]" not in done.stdout


def test_an_index_and_a_relative_directory_are_understood() -> None:
    done = ansible(
        "ansible",
        *("r1", "-m", "ansible.builtin.debug", "-a"),
        "msg={{ lab_name }},{{ ansible_host }},{{ lab_directory }}",
        FORERUNNER_LAB_INDEX="42",
        FORERUNNER_VAR="elsewhere/var",
    )

    expected = home.root().resolve() / "elsewhere" / "var" / "lab"
    assert f'"msg": "fr42,198.18.42.11,{expected}"' in done.stdout


def test_the_implicit_localhost_finds_the_checkout_s_own_directory() -> None:
    done = ansible(
        "ansible",
        *("localhost", "-m", "ansible.builtin.debug", "-a", "msg={{ lab_directory }}"),
        *("--playbook-dir", "playbooks"),
    )

    assert f'"msg": "{home.root().resolve() / "var" / "lab"}"' in done.stdout
