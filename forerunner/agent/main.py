"""What the `agent` account may ask of its router: the forced command behind its key."""

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

# By `python3 -I -S` nothing but the standard library is on the path.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from forerunner.agent import guard, health, probe, restore

_VERBS: dict[str, Callable[[list[str]], int]] = {
    "probe": probe.run_probe,
    "reflect": probe.run_reflect,
    "hold": restore.run_hold,
    "release": restore.run_release,
    "arm": guard.run_arm,
    "say": guard.run_say,
    "confirm": guard.run_confirm,
    "restore": guard.run_restore,
    "guards": guard.run_guards,
    "health": health.run_health,
}


def main() -> int:
    """Run the verb that the client asked for, or that the command line names."""
    words = _words(os.environ.get("SSH_ORIGINAL_COMMAND", "")) or sys.argv[1:]
    verb = _VERBS.get(words[0]) if words else None
    if verb is None:
        print(f"agent: verbs are {', '.join(_VERBS)}", file=sys.stderr)
        return 2
    return verb(words[1:])


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return [command]


if __name__ == "__main__":
    sys.exit(main())
