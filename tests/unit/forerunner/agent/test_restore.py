import json
import os
import subprocess
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
        timeout=10,
        check=False,
    )


def state(answer: "subprocess.CompletedProcess[str]") -> str:
    assert answer.returncode == 0, answer.stderr
    return str(json.loads(answer.stdout)["state"])


def test_a_timer_is_held_and_released_each_as_often_as_one_likes(tmp_path: Path) -> None:
    commands = ["hold plan-1 60", "hold plan-1 60", "release plan-1", "release plan-1"]

    states = [state(agent(tmp_path, command, "exit\n")) for command in commands]

    assert states == ["held", "held", "released", "released"]


def test_a_timer_that_was_released_is_not_held_again(tmp_path: Path) -> None:
    agent(tmp_path, "hold plan-1 60", "exit\n")
    agent(tmp_path, "release plan-1")

    assert state(agent(tmp_path, "hold plan-1 60", "exit\n")) == "released"


def test_a_timer_that_never_was_is_absent(tmp_path: Path) -> None:
    assert state(agent(tmp_path, "release plan-9")) == "absent"


@pytest.mark.parametrize(
    ("command", "stdin", "problem"),
    [
        ("hold ../x 60", "exit", "an id has"),
        ("hold x 0", "exit", "seconds must be"),
        ("hold x nan", "exit", "seconds must be"),
        ("hold x 60", " \n", "standard input must hold"),
        ("hold x", "exit", "usage: hold"),
        ("release", "", "usage: release"),
        ("rm -rf /", "", "verbs are"),
        ("'", "", "verbs are"),
        ("", "", "verbs are"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    command: str, stdin: str, problem: str, tmp_path: Path
) -> None:
    answer = agent(tmp_path, command, stdin)

    assert answer.returncode == 2
    assert problem in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert list((tmp_path / "agent").iterdir()) == []
