"""Guarding a change of the whole configuration: a router that puts back what it ran before.

The controller arms a guard, which takes a snapshot of what the router runs, says through it what
is to change, and confirms it. Whatever happens to the controller or to its way here, a guard that
nobody confirms in time puts the snapshot back. One lock of the router excludes what is said and
what is put back from one another, so that nothing can be written after the time is up.
"""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from forerunner.agent import putback, timer, vtysh
from forerunner.agent.timer import BadArgument

PREFIX = "guard-"
_LATE = 3
_MOST_CHARACTERS = 4_000_000
_KEPT = 20


def run_arm(argv: list[str]) -> int:
    """Arm a guard: `argv` is its id and the seconds.

    Prints one JSON line: {"id", "state", "config"}, where `config` is the snapshot. The state is
    `held`, or `other`: one that nobody confirmed yet stands in the way, and `id` is its own.
    """
    return _answered("arm", argv, 2, lambda name, more: _arm(name, timer.seconds(more[0])))


def run_say(argv: list[str]) -> int:
    """Give the lines on standard input to vtysh while a guard is held; its exit status is ours."""
    try:
        name = _named(argv, 1)
    except BadArgument as error:
        print(f"say: {error}", file=sys.stderr)
        return 2
    lines = sys.stdin.read(_MOST_CHARACTERS)
    with _alone():
        left = _left(name)
        if left <= 0:
            print(f"say: {name} is {timer.known_state(name)}, not held", file=sys.stderr)
            return _LATE
        return _say(lines, left)


def run_confirm(argv: list[str]) -> int:
    """Let the change stand: {"id", "state"}; `released`, `restored` (too late) or `absent`."""
    return _answered("confirm", argv, 1, lambda name, _: {"id": name, "state": _confirm(name)})


def run_restore(argv: list[str]) -> int:
    """Put the snapshot back now: {"id", "state", "equal"}; a second time it only looks."""
    return _answered("restore", argv, 1, lambda name, _: _restore(name))


def run_guards(argv: list[str]) -> int:
    """Print the guards that are held: {"held": [id, ...]}."""
    if argv:
        print("guards: takes no argument", file=sys.stderr)
        return 2
    print(json.dumps({"held": _held()}), flush=True)
    return 0


def _answered(
    verb: str, argv: list[str], count: int, act: Callable[[str, list[str]], dict[str, object]]
) -> int:
    try:
        name = _named(argv, count)
        with _alone():
            answer = act(name, argv[1:])
    except BadArgument as error:
        print(f"{verb}: {error}", file=sys.stderr)
        return 2
    except (OSError, vtysh.VtyshFailed, subprocess.TimeoutExpired) as error:
        print(f"{verb}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer), flush=True)
    return 0


def _named(argv: list[str], count: int) -> str:
    if len(argv) != count or not argv[0].startswith(PREFIX):
        raise BadArgument(f"takes {count} arguments, the first an id that begins with {PREFIX}")
    return timer.identifier(argv[0])


def _arm(name: str, seconds: float) -> dict[str, object]:
    others = [each for each in _held() if each != name]
    if others:
        return {"id": others[0], "state": "other", "config": ""}
    if timer.known_state(name) != "absent":
        raise BadArgument(f"{name} is {timer.known_state(name)} already")
    _forget_old()
    config = vtysh.running_config()
    deadline = time.monotonic() + seconds
    timer.create(name, json.dumps({"deadline": deadline, "config": config}))
    timer.detach(name, deadline, _expire)
    return {"id": name, "state": "held", "config": config}


def _say(lines: str, left_s: float) -> int:
    try:
        # What is under way when the time is up is ended: the snapshot must not wait for it.
        done = vtysh.say(lines, left_s)
    except subprocess.TimeoutExpired:
        print("say: the time was up", file=sys.stderr)
        return _LATE
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


def _confirm(name: str) -> str:
    if _left(name) > 0 and timer.rename(name, "held", "released"):
        return "released"
    # Its time is up, and the process that acts on it waits for this lock.
    return "restored" if timer.known_state(name) == "held" else timer.known_state(name)


def _restore(name: str) -> dict[str, object]:
    state = timer.known_state(name)
    if state == "absent":
        return {"id": name, "state": "absent", "equal": False}
    if state != "restored":
        timer.rename(name, state, "restored")
    return {"id": name, "state": "restored", "equal": _put_back(name)}


def _expire(name: str) -> None:
    with _alone():
        if timer.rename(name, "held", "restored"):
            _put_back(name)


def _put_back(name: str) -> bool:
    """Put the snapshot back and write down how that went."""
    equal, problem, deadline = False, "", 0.0
    try:
        held = json.loads(timer.file(name, "restored").read_text())
        deadline = held["deadline"]
        equal = putback.put_back(held["config"])
    except (OSError, vtysh.VtyshFailed, subprocess.TimeoutExpired) as error:
        problem = str(error)
    late_s = time.monotonic() - deadline
    log = {"ended": time.time(), "late_s": late_s, "equal": equal, "problem": problem}
    timer.file(name, "log").write_text(json.dumps(log) + "\n")
    return equal


def _left(name: str) -> float:
    """Return the seconds that a guard is held still; 0 or less when it is not."""
    try:
        deadline = json.loads(timer.file(name, "held").read_text())["deadline"]
    except FileNotFoundError:
        return 0.0
    return float(deadline) - time.monotonic()


def _held() -> list[str]:
    found = (timer.directory() / "agent").glob(f"{PREFIX}*.held")
    return sorted(path.name.removesuffix(".held") for path in found)


def _forget_old() -> None:
    """Keep the newest snapshots alone: each is a whole configuration, secrets included."""
    done = [
        path
        for state in ("released", "restored", "log")
        for path in (timer.directory() / "agent").glob(f"{PREFIX}*.{state}")
    ]
    for path in sorted(done, key=lambda path: path.stat().st_mtime)[: -2 * _KEPT]:
        path.unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[None]:
    handle = os.open(timer.directory() / "agent" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        # Said, not left to the closing: a timer that was forked meanwhile shares the handle.
        fcntl.flock(handle, fcntl.LOCK_UN)
        os.close(handle)
