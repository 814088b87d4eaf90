"""What the `agent` account may ask of its router: the forced command behind its key."""

import os
import shlex
import sys
from importlib import import_module
from pathlib import Path

# By `python3 -I -S` nothing but the standard library is on the path.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

# Loaded when it is asked for: a drain waits for its verbs, and needs none of the others' modules.
_VERBS = {
    "probe": "probe",
    "reflect": "probe",
    "hold": "restore",
    "release": "restore",
    "arm": "guard",
    "say": "guard",
    "confirm": "guard",
    "restore": "guard",
    "guards": "guard",
    "health": "health",
}


def main() -> int:
    """Run the verb that the client asked for, or that the command line names."""
    words = _words(os.environ.get("SSH_ORIGINAL_COMMAND", "")) or sys.argv[1:]
    module = _VERBS.get(words[0]) if words else None
    if module is None:
        print(f"agent: verbs are {', '.join(_VERBS)}", file=sys.stderr)
        return 2
    run = getattr(import_module(f"forerunner.agent.{module}"), f"run_{words[0]}")
    return int(run(words[1:]))


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return [command]


if __name__ == "__main__":
    sys.exit(main())
