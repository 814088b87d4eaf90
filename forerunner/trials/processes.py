"""The processes of a site, told apart by the environment that they were started with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from forerunner.trials.site import Site

TASK = re.compile(r"airflow worker -- [0-9a-f]{8}-")
"""Title of the process that runs a task's code; the rest is the task instance's UUID."""
SUPERVISOR = re.compile(r"airflow worker -- LocalExecutor: (?!<idle>)")
"""Title of the worker of LocalExecutor that watches over it."""


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


def tasks(site: Site, title: re.Pattern[str]) -> list[psutil.Process]:
    """Return the Airflow processes of this site whose title begins so, youngest last."""
    found = [process for process, _ in _of(site) if title.match(_title(process))]
    return sorted(found, key=lambda process: process.pid)


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
