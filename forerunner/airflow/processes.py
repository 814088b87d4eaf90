"""The processes of one start of Airflow: all that carry its mark, and no others."""

import time

import psutil

from forerunner.airflow.settings import MARKER
from forerunner.service import outlived

_GRACE_S = 6.0


def marked(run: str) -> list[psutil.Process]:
    """Return the living processes that were started under this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(MARKER) == run
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def end(run: str) -> int:
    """End all processes of a start, kindly first, and return how many there were."""
    first = marked(run)
    for process in first:
        _ask(process)
    outlived(first, _GRACE_S)
    # Again and again: what is shot last may just have started something.
    deadline = time.monotonic() + _GRACE_S
    while (left := marked(run)) and time.monotonic() < deadline:
        for process in left:
            _shoot(process)
        outlived(left, 1)
    return len(first)


def _ask(process: psutil.Process) -> None:
    # psutil compares the time of creation first: a number that was given anew is left alone.
    try:
        process.terminate()
    except psutil.Error:
        return


def _shoot(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
