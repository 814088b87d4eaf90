"""Restore timers: commands that a router applies by itself unless it is told in time not to.

The controller holds a timer before it changes anything and releases it once the change is
verified. When the controller dies or its way to the router is cut, the timer takes the change
back. For a change of the whole configuration see `guard`.
"""

import json
import sys
import time

from forerunner.agent import timer
from forerunner.agent.timer import BadArgument

_MOST_BYTES = 65536
_APPLY_S = 60.0


def run_hold(argv: list[str]) -> int:
    """Start a timer: `argv` is its id and the seconds; standard input holds its commands.

    Prints one JSON line, as `run_release` does.
    """
    try:
        if len(argv) != 2:
            raise BadArgument("usage: hold <id> <seconds>, with commands on standard input")
        name, seconds = timer.identifier(argv[0]), timer.seconds(argv[1])
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
        name = timer.identifier(argv[0])
    except BadArgument as error:
        print(f"release: {error}", file=sys.stderr)
        return 2
    return _answer(name, release(name))


def hold(name: str, seconds: float, commands: str) -> str:
    """Start a timer that applies the commands after some seconds; a second time does nothing."""
    state = timer.known_state(name)
    if state != "absent":
        return state
    if timer.create(name, commands):
        timer.detach(name, time.monotonic() + seconds, _expire)
    return "held"


def release(name: str) -> str:
    """Stop a timer, and return what became of it; a second time changes nothing."""
    if timer.rename(name, "held", "released"):
        return "released"
    return timer.known_state(name)


def _answer(name: str, state: str) -> int:
    print(json.dumps({"id": name, "state": state}), flush=True)
    return 0


def _expire(name: str) -> None:
    if timer.rename(name, "held", "restored"):
        # Not before: a drain waits for its timers to be held.
        from forerunner.agent.vtysh import vtysh  # noqa: PLC0415

        commands = timer.file(name, "restored").read_text()
        done = vtysh(["-c", commands], _APPLY_S)
        said = f"returned {done.returncode}\n{done.stdout}{done.stderr}"
        timer.file(name, "log").write_text(said)


def _commands() -> str:
    text = sys.stdin.read(_MOST_BYTES + 1)
    if not text.strip() or len(text) > _MOST_BYTES or "\0" in text:
        raise BadArgument(f"standard input must hold 1 to {_MOST_BYTES} characters of commands")
    return text.strip()
