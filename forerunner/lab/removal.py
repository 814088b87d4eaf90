"""Removing a lab: everything that its journal names, and nothing else."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from forerunner.lab.access import remove_empty, remove_keys, remove_namespace_files
from forerunner.lab.commands import pids, run
from forerunner.lab.errors import LabError
from forerunner.lab.journal import Journal, interface_identity, namespace_identity
from forerunner.lab.lab import RUN
from forerunner.lab.preflight import check_machine

_GRACE_S = 5.0


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
    _empty(namespaces)
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


def _empty(namespaces: list[str]) -> None:
    deadline = time.monotonic() + _GRACE_S
    while left := [pid for name in namespaces for pid in pids(name)]:
        if time.monotonic() > deadline:
            raise LabError(f"processes {left} in {', '.join(namespaces)} will not end")
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)
