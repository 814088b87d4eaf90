"""A guard's verbs refuse what does not fit; what they do is shown on a real router."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from forerunner import home

AGENT = home.root() / "forerunner" / "agent" / "main.py"


def agent(directory: Path, command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    (directory / "agent").mkdir(exist_ok=True)
    own = {"FORERUNNER_DIRECTORY": str(directory), "SSH_ORIGINAL_COMMAND": command}
    return subprocess.run(
        ["/usr/bin/python3", "-I", "-S", str(AGENT)],
        env=os.environ | own,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def held(directory: Path, name: str, seconds: float) -> None:
    """Leave a guard as a process that died leaves it."""
    (directory / "agent").mkdir(exist_ok=True)
    data = {"deadline": time.monotonic() + seconds, "config": "end\n"}
    (directory / "agent" / f"{name}.held").write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("arm guard-1", "takes 2 arguments"),
        ("arm drain-1 9", "an id that begins with guard-"),
        ("arm guard-/../x 9", "an id has"),
        ("arm guard-1 0", "seconds must be"),
        ("say", "takes 1 arguments"),
        ("confirm guard-1 2", "takes 1 arguments"),
        ("restore ../guard-1", "an id that begins with"),
        ("guards all", "takes no argument"),
        ("health 10.0.0.1 x", "Expected 4 octets"),
    ],
)
def test_what_does_not_fit_is_refused(command: str, problem: str, tmp_path: Path) -> None:
    answer = agent(tmp_path, command)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert problem in answer.stderr


def test_nothing_is_said_without_a_guard(tmp_path: Path) -> None:
    answer = agent(tmp_path, "say guard-1", "configure terminal\n")

    assert answer.returncode == 3
    assert "guard-1 is absent, not held" in answer.stderr


def test_nothing_is_said_once_the_time_is_up_even_if_nobody_acted_on_it(tmp_path: Path) -> None:
    held(tmp_path, "guard-1", -0.1)

    assert agent(tmp_path, "say guard-1", "configure terminal\n").returncode == 3


def test_a_confirmation_that_comes_late_is_none(tmp_path: Path) -> None:
    held(tmp_path, "guard-1", 30)
    held(tmp_path, "guard-2", -0.1)

    states = [
        json.loads(agent(tmp_path, f"confirm guard-{number}").stdout)["state"]
        for number in (1, 1, 2, 3)
    ]

    assert states == ["released", "released", "restored", "absent"]


def test_a_guard_stands_in_the_way_of_another(tmp_path: Path) -> None:
    held(tmp_path, "guard-1", 30)

    answer = json.loads(agent(tmp_path, "arm guard-2 9").stdout)

    assert (answer["state"], answer["id"]) == ("other", "guard-1")
    assert json.loads(agent(tmp_path, "guards").stdout) == {"held": ["guard-1"]}


def test_a_router_that_does_not_answer_is_not_guarded(tmp_path: Path) -> None:
    answer = agent(tmp_path, "arm guard-1 9")

    assert answer.returncode == 1
    assert list((tmp_path / "agent").glob("guard-1*")) == []


def test_a_host_answers_itself_and_a_silent_one_is_not_reached(tmp_path: Path) -> None:
    answer = json.loads(agent(tmp_path, "health 127.0.0.1 127.0.0.1 192.0.2.1").stdout)

    assert answer["reached"] == ["127.0.0.1"]
    assert "lo" in answer["errors"]
