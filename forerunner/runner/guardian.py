"""Keeps a run of Ansible from outliving the process that started it.

Started by path, not imported: `python -I -S guardian.py <parent pid> <directory> -- <command>`.
Standard library only, so that it is up in milliseconds. It is the subreaper of everything below
it (workers of ansible-core call setsid, yet cannot leave it), and it ends all of that when its
parent dies, when it is told to by SIGTERM, or when a file `cancel` appears in the directory.

Source: prctl(2), PR_SET_CHILD_SUBREAPER and PR_SET_PDEATHSIG.
"""

import ctypes
import os
import shutil
import signal
import sys
import time
from pathlib import Path

CANCEL_FILE = "cancel"
CANCELED = 143
PATIENCE_S = 3.0

_PDEATHSIG = 1
_SUBREAPER = 36
_POLL_S = 0.1
_KILL_S = 5.0
_STOPS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})


def main(arguments: list[str]) -> int:
    """Run the command to its end, or end it; return its exit status or 143."""
    parent, directory, command = int(arguments[0]), Path(arguments[1]), arguments[3:]
    signal.pthread_sigmask(signal.SIG_BLOCK, {*_STOPS, signal.SIGCHLD})
    _prctl(_SUBREAPER, 1)
    _prctl(_PDEATHSIG, signal.SIGTERM)
    child = _start(command)
    status = _wait(child, parent, directory)
    if status is None:
        _end(child)
        status = CANCELED
    if os.getppid() != parent:
        shutil.rmtree(directory, ignore_errors=True)
    return status


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _start(command: list[str]) -> int:
    child = os.fork()
    if child == 0:
        try:
            # Should the guardian itself be shot, Ansible still gets the chance to end its workers.
            _prctl(_PDEATHSIG, signal.SIGTERM)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.execvp(command[0], command)  # noqa: S606 (without a shell is what is wanted)
        finally:
            os._exit(127)
    return child


def _wait(child: int, parent: int, directory: Path) -> int | None:
    """Return the exit status of the child, or None when the run is to be ended."""
    cancel = directory / CANCEL_FILE
    while True:
        ended, status = _reap(child)
        if ended:
            # Killed from outside: what it left behind would go on without it.
            return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
        # The kernel's word for the parent's death is checked against getppid: it is lost when
        # the parent dies before prctl.
        if os.getppid() != parent or cancel.exists():
            return None
        event = signal.sigtimedwait({*_STOPS, signal.SIGCHLD}, _POLL_S)
        if event is not None and event.si_signo in _STOPS:
            return None


def _reap(child: int) -> tuple[bool, int]:
    """Collect every process that ended; return whether the child did, and its wait status."""
    ended, result = False, 0
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended, result
        if pid == 0:
            return ended, result
        if pid == child:
            ended, result = True, status


def _end(child: int) -> None:
    """End everything below: Ansible is asked first, what is left after that is killed."""
    if child in _descendants():
        _signal(child, signal.SIGTERM)
    _sweep(None, PATIENCE_S)
    _sweep(signal.SIGKILL, _KILL_S)


def _sweep(number: signal.Signals | None, seconds: float) -> None:
    """Wait until nothing is left below, signalling all of it again and again."""
    deadline = time.monotonic() + seconds
    while (left := _descendants()) and time.monotonic() < deadline:
        for pid in left if number else ():
            _signal(pid, signal.Signals(number or 0))
        time.sleep(0.02)
        _reap(0)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _descendants() -> set[int]:
    parents = dict(_parents())
    found, fresh = set[int](), {os.getpid()}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _parents() -> list[tuple[int, int]]:
    """Return (process, parent) of all that runs."""
    pairs = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold spaces and brackets itself.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pairs.append((int(path.parent.name), int(fields[1])))
    return pairs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
