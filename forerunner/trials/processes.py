"""The processes of a site, told apart by the environment that they were started with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from forerunner.trials.site import Site

TASK = re.compile(r"airflow worker -- [0-9a-f]{8}-")
"""Title of the process that runs a task's code; the rest is the task instance's UUID."""


@dataclass(frozen=True)
class Play:
    """A process that belongs to one run of a playbook.

    Attributes:
        process: The process.
        run: Name of the run, as `FORERUNNER_RUN` says.
    """

    process: psutil.Process
    run: str


def plays(site: Site) -> list[Play]:
    """Return the processes that belong to runs of playbooks for this site."""
    found = []
    for process, environment in _of(site):
        if run := environment.get("FORERUNNER_RUN"):
            found.append(Play(process, run))
    return found


def tasks(site: Site) -> list[psutil.Process]:
    """Return the processes that run the code of this site's tasks, youngest last."""
    found = [process for process, _ in _of(site) if TASK.match(_title(process))]
    return sorted(found, key=lambda process: process.pid)


def below(site: Site, process: psutil.Process) -> list[Play]:
    """Return the processes of runs of playbooks that a process started."""
    numbers = {child.pid for child in process.children(recursive=True)}
    return [play for play in plays(site) if play.process.pid in numbers]


def standby(site: Site) -> psutil.Process | None:
    """Return the task that keeps a drain ready; None when none does."""
    try:
        return psutil.Process(int((site.var / "standby.pid").read_text()))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return None


def _of(site: Site) -> Iterator[tuple[psutil.Process, dict[str, str]]]:
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except psutil.Error:
            continue
        var = environment.get("FORERUNNER_VAR")
        if var and Path(var) == site.var:
            yield process, environment


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
