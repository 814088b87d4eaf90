"""Putting a configuration back, byte for byte: no more than needed, and more where that fails."""

import time
from collections.abc import Callable

from forerunner.agent import vtysh
from forerunner.dialects import frr_snapshot

_PASS_S = 30.0
_PASSES = 4
# The gentlest first: what differs by meaning, the same with what is too much taken away before
# what is missing, and at last whole sections anew, which resets what runs in them.
_WAYS: tuple[Callable[[str, str], list[str]], ...] = (
    frr_snapshot.changes_back,
    frr_snapshot.changes_at_once,
    frr_snapshot.sections_anew,
)


def put_back(snapshot: str) -> bool:
    """Bring the router back to a snapshot, and return whether it runs exactly that.

    Raises:
        VtyshFailed: It does not tell what it runs.
        subprocess.TimeoutExpired: Its command line does not answer.
    """
    now = vtysh.running_config()
    for way in _WAYS:
        for _ in range(_PASSES):
            if now == snapshot:
                return True
            before, now = now, _pass(way(now, snapshot))
            if now == before:
                break
    return now == snapshot


def _pass(commands: list[str]) -> str:
    if commands:
        vtysh.push(commands, _PASS_S)
    else:
        # Equal by meaning but not in bytes: a daemon may still be about to say so.
        time.sleep(0.1)
    return vtysh.running_config()
