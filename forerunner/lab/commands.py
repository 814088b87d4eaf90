"""Running commands of the operating system, one or many at once."""

import subprocess
from collections.abc import Iterable, Sequence

from forerunner.lab.errors import CommandFailed, LabError

TIMEOUT_S = 30.0


def run(*command: str, stdin: str = "", timeout_s: float = TIMEOUT_S) -> str:
    """Run a command and return what it wrote on standard output.

    Raises:
        CommandFailed: It returned something else than 0.
        LabError: It is not installed, or did not end in time.
    """
    return run_all([command], stdin=stdin, timeout_s=timeout_s)[0]


def run_all(
    commands: Iterable[Sequence[str]], stdin: str = "", timeout_s: float = TIMEOUT_S
) -> list[str]:
    """Run commands side by side and return their outputs in the same order.

    Raises:
        CommandFailed: The first one that failed, once all have ended.
        LabError: One is not installed, or did not end in time.
    """
    processes = [_start(tuple(command)) for command in commands]
    results = [(process, *_finish(process, stdin, timeout_s)) for process in processes]
    for process, _, errors in results:
        if process.returncode != 0:
            raise CommandFailed(_words(process), process.returncode, errors)
    return [output for _, output, _ in results]


def pids(namespace: str) -> list[int]:
    """Return the numbers of the processes in a network namespace."""
    return [int(pid) for pid in run("ip", "netns", "pids", namespace).split()]


def _start(command: tuple[str, ...]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is not installed: {error}") from error


def _finish(process: subprocess.Popen[str], stdin: str, timeout_s: float) -> tuple[str, str]:
    try:
        return process.communicate(stdin, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        words = " ".join(_words(process))
        raise LabError(f"{words}: did not end within {timeout_s:g} s") from error


def _words(process: subprocess.Popen[str]) -> tuple[str, ...]:
    return tuple(str(word) for word in process.args)  # type: ignore[union-attr]
