"""Timers on a router: a file that says what to do when nobody releases it in time.

Whoever renames the file first, release or expiry, decides what becomes of it.
"""

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

LONGEST_S = 3600.0
_POLL_S = 0.2
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
STATES = ("held", "released", "restored")


class BadArgument(ValueError):
    """The command line or standard input does not fit."""


def known_state(name: str) -> str:
    """Return what is known of a timer: one of `STATES`, or `absent`."""
    return next((state for state in STATES if file(name, state).exists()), "absent")


def create(name: str, content: str) -> bool:
    """Write a timer's file whole; False when it stands there already."""
    temporary = file(name, f"new-{os.getpid()}")
    temporary.write_text(content)
    try:
        os.link(temporary, file(name, "held"))
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def rename(name: str, before: str, after: str) -> bool:
    """Bring a timer from one state into another; False when it was not in it."""
    try:
        file(name, before).rename(file(name, after))
    except FileNotFoundError:
        return False
    return True


def detach(name: str, deadline: float, act: Callable[[str], None]) -> None:
    """Let a process of its own wait until the deadline and act, unless the timer is gone then.

    Args:
        name: Of a timer that is held.
        deadline: In seconds of the monotonic clock.
        act: Is given the name; it decides under its own lock whether it is still its turn.
    """
    sys.stdout.flush()
    if os.fork():
        return
    # From here on nothing may return into the caller: this is the timer.
    try:
        os.setsid()
        empty = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(empty, descriptor)
        if _waited(name, deadline):
            act(name)
    finally:
        os._exit(0)


def _waited(name: str, deadline: float) -> bool:
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _POLL_S))
        if not file(name, "held").exists():
            return False
    return True


def directory() -> Path:
    """Return the directory of the router's sockets and configuration."""
    return Path(os.environ["FORERUNNER_DIRECTORY"])


def file(name: str, state: str) -> Path:
    """Return the file of a timer in a state."""
    return directory() / "agent" / f"{name}.{state}"


def identifier(text: str) -> str:
    """Return a timer's name as the command line gives it.

    Raises:
        BadArgument: It is none.
    """
    if not _IDENTIFIER.fullmatch(text):
        raise BadArgument("an id has at most 100 letters, digits, dots, dashes and underscores")
    return text


def seconds(text: str) -> float:
    """Return a number of seconds as the command line gives it.

    Raises:
        BadArgument: It is none, or too many.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= LONGEST_S:
        raise BadArgument(f"seconds must be more than 0 and at most {LONGEST_S:g}")
    return number
