"""Removing a lab: everything that its journal names, and nothing else."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from forerunner.lab.access import remove_empty, remove_keys, remove_namespace_files
from forerunner.lab.commands import pids, run
from forerunner.lab.daemons import ROUTING_DAEMONS
from forerunner.lab.errors import LabError
from forerunner.lab.journal import Journal, interface_identity, namespace_identity
from forerunner.lab.lab import RUN
from forerunner.lab.preflight import check_machine

_GRACE_S = 5.0
# What runs them, and what they are; an editor that has a file of theirs open is not one.
_DAEMONS = (*ROUTING_DAEMONS, "ip", "vtysh", "snmpd", "sshd", "busybox", "python3")


def remove(name: str, check: bool = False) -> bool:
    """Remove a lab of this checkout, whole or half built, and return whether there was one.

    Args:
        name: Its name, as `fr0`.
        check: Only say whether there is one.

    Raises:
        LabError: It belongs to another checkout, or something of it will not go.
    """
    check_machine()
    journal = Journal(RUN / name)
    journal.check_owner()
    if check or not journal.directory.exists():
        return journal.directory.exists()
    with journal.lock():
        remove_all(journal.directory)
    remove_empty(RUN)
    return True


def remove_all(state: Path) -> None:
    """Remove what the journal in `state` names, then the journal itself."""
    journal = Journal(state)
    namespaces = _ours(journal, "namespace", namespace_identity)
    _empty(state, namespaces)
    for interface in _ours(journal, "interface", interface_identity):
        run("ip", "link", "delete", interface)
    run("ip", "-batch", "-", stdin="".join(f"netns delete {name}\n" for name in namespaces))
    remove_namespace_files(journal)
    for entry in journal.entries("keys"):
        remove_keys(Path(entry.name))
    shutil.rmtree(state)


def _ours(journal: Journal, act: str, identity: Callable[[str], int]) -> list[str]:
    """Return what of the journal's stands there still, and is not another's of the same name."""
    present = [(entry, identity(entry.name)) for entry in journal.entries(act)]
    return [entry.name for entry, found in present if found and entry.identity in (0, found)]


def strays(state: Path) -> list[int]:
    """Return the daemons of a lab that are in none of its namespaces.

    A builder that is killed leaves those that it had started and that had not entered theirs yet.

    Args:
        state: The lab's directory of run-time state, which each of them was given a file of.
    """
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if process.info["name"] in _DAEMONS and f"{state}/" in words:
            found.append(process.pid)
    return found


def _empty(state: Path, namespaces: list[str]) -> None:
    deadline = time.monotonic() + _GRACE_S
    while left := [*(pid for name in namespaces for pid in pids(name)), *strays(state)]:
        if time.monotonic() > deadline:
            raise LabError(f"processes {left} of {state.name} will not end")
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)
