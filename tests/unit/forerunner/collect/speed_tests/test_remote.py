"""The gate before a program on a probe host: it waits for its start and outlives nobody."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forerunner.collect.speed_tests import remote

Gate = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def gate() -> Iterator[Gate]:
    begun: list[subprocess.Popen[str]] = []

    def start(*words: str, life: str = "20") -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        command = ["timeout", "-k", "1", life, "sh", "-c", remote._GATE, "sh", *words]
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        begun.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for each in begun:
        each.kill()
        each.communicate()


def say(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin
    process.stdin.write(line)
    process.stdin.flush()


def test_nothing_runs_before_it_is_let(gate: Gate, tmp_path: Path) -> None:
    process = gate("touch", str(tmp_path / "ran"))
    time.sleep(0.2)
    assert not (tmp_path / "ran").exists()
    say(process, "go\n")
    assert process.wait(5) == 0
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("line", ["stop\n", "go", ""], ids=["another word", "half a line", "none"])
def test_nothing_runs_on_anything_else(gate: Gate, tmp_path: Path, line: str) -> None:
    process = gate("touch", str(tmp_path / "ran"))
    say(process, line)
    process.communicate()
    assert process.returncode == 75
    assert not (tmp_path / "ran").exists()


def test_what_it_says_and_how_it_ends_comes_through(gate: Gate) -> None:
    process = gate("sh", "-c", "echo said; echo aside >&2; exit 3")
    say(process, "go\n")
    assert process.wait(5) == 3
    assert process.communicate() == ("said\n", "aside\n")


def test_words_stay_words(gate: Gate) -> None:
    process = gate("echo", "$(id)", "a b", ";id")
    say(process, "go\n")
    assert process.wait(5) == 0
    assert process.communicate()[0] == "$(id) a b ;id\n"


def test_it_ends_when_its_input_does(gate: Gate) -> None:
    process = gate("sleep", "15")
    say(process, "go\n")
    time.sleep(0.2)
    began = time.monotonic()
    process.communicate(timeout=10)
    assert process.returncode != 0
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("line", ["go\n", ""], ids=["runs", "waits"])
def test_it_ends_when_its_time_has_come(gate: Gate, line: str) -> None:
    process = gate("sleep", "15", life="0.5")
    say(process, line)
    assert process.wait(5) == 124
