"""Restore timers: commands that a router applies by itself unless it is told in time not to.

The controller holds a timer before it changes anything and releases it once the change is
verified. When the controller dies or its way to the router is cut, the timer takes the change
back. A timer is a file; whoever renames it first, release or expiry, decides what becomes of it.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

LONGEST_S = 3600.0
_MOST_BYTES = 65536
_POLL_S = 0.2
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class BadArgument(ValueError):
    """The command line or the commands on standard input do not fit."""


def run_hold(argv: list[str]) -> int:
    """Start a timer: `argv` is its id and the seconds; standard input holds its commands.

    Prints one JSON line, as `run_release` does.
    """
    try:
        if len(argv) != 2:
            raise BadArgument("usage: hold <id> <seconds>, with commands on standard input")
        name, seconds = _name(argv[0]), _seconds(argv[1])
        state = hold(name, seconds, _commands())
    except BadArgument as error:
        print(f"hold: {error}", file=sys.stderr)
        return 2
    return _answer(name, state)


def run_release(argv: list[str]) -> int:
    """Stop the timer whose id `argv` holds.

    Prints one JSON line: {"id", "state"}, where the state is `held`, `released`, `restored`
    (the time had run out and the commands were applied) or `absent` (there was no such timer).
    """
    try:
        if len(argv) != 1:
            raise BadArgument("usage: release <id>")
        name = _name(argv[0])
    except BadArgument as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    return _answer(name, release(name))


def hold(name: str, seconds: float, commands: str) -> str:
    """Start a timer that applies the commands after some seconds; a second time does nothing."""
    for state in ("held", "released", "restored"):
        if _file(name, state).exists():
            return state
    temporary = _file(name, f"new-{os.getpid()}")
    temporary.write_text(commands)
    try:
        os.link(temporary, _file(name, "held"))
    except FileExistsError:
        return "held"
    finally:
        temporary.unlink()
    _detach(name, time.monotonic() + seconds)
    return "held"


def release(name: str) -> str:
    """Stop a timer, and return what became of it; a second time changes nothing."""
    if _rename(name, "held", "released"):
        return "released"
    states = (state for state in ("released", "restored") if _file(name, state).exists())
    return next(states, "absent")


def _answer(name: str, state: str) -> int:
    print(json.dumps({"id": name, "state": state}), flush=True)
    return 0


def _detach(name: str, deadline: float) -> None:
    sys.stdout.flush()
    if os.fork():
        return
    # From here on nothing may return into the caller: this is the timer.
    try:
        os.setsid()
        empty = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(empty, descriptor)
        _wait(name, deadline)
    finally:
        os._exit(0)


def _wait(name: str, deadline: float) -> None:
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _POLL_S))
        if not _file(name, "held").exists():
            return
    if _rename(name, "held", "restored"):
        _apply(name)


def _apply(name: str) -> None:
    router = os.environ["FORERUNNER_DIRECTORY"]
    options = ["--vty_socket", router, "--config_dir", f"{router}/frr"]
    commands = _file(name, "restored").read_text()
    result = subprocess.run(
        ["/usr/bin/vtysh", *options, "-c", commands],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    log = _file(name, "log")
    log.write_text(f"returned {result.returncode}\n{result.stdout}{result.stderr}")


def _rename(name: str, before: str, after: str) -> bool:
    try:
        _file(name, before).rename(_file(name, after))
    except FileNotFoundError:
        return False
    return True


def _file(name: str, state: str) -> Path:
    return Path(os.environ["FORERUNNER_DIRECTORY"], "agent", f"{name}.{state}")


def _name(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise BadArgument("an id has at most 100 letters, digits, dots, dashes and underscores")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_S:
        raise BadArgument(f"seconds must be more than 0 and at most {LONGEST_S:g}")
    return seconds


def _commands() -> str:
    text = sys.stdin.read(_MOST_BYTES + 1)
    if not text.strip() or len(text) > _MOST_BYTES or "\0" in text:
        raise BadArgument(f"standard input must hold 1 to {_MOST_BYTES} characters of commands")
    return text.strip()
