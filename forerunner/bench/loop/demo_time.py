"""How long `make demo` takes from a fresh clone, and the second time."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from rich.console import Console

from forerunner import home
from forerunner.bench.rows import Row

_WHAT = {
    "demo_fresh_s": "fresh clone to the end of `make demo`; Debian's packages are installed, and "
    "the package managers' caches are what they are",
    "demo_again_s": "`make demo` the second time",
}
_GOALS = {"demo_fresh_s": "<= 480", "demo_again_s": "<= 240"}


def unmeasured() -> list[Row]:
    """Return the two rows without values, for the short form."""
    reason = "; not run in the short form"
    return [Row(key, what + reason, None, "s", _GOALS[key]) for key, what in _WHAT.items()]


def measure(console: Console) -> list[Row]:
    """Clone the committed project into a fresh directory and time `make demo` there twice.

    The package managers' caches and the Debian packages of this machine are what they are.
    """
    with tempfile.TemporaryDirectory(prefix="forerunner-demo-") as directory:
        clone = Path(directory) / "forerunner"
        begun = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(home.root()), str(clone)], check=True)
        try:
            fresh = _timed(clone, begun, console)
            again = _timed(clone, time.monotonic(), console)
        finally:
            # Before the clone goes: only it may remove its lab.
            _tear_down(clone)
    values = {"demo_fresh_s": fresh, "demo_again_s": again}
    return [_row(key, value) for key, value in values.items()]


def _tear_down(clone: Path) -> None:
    stop = (".venv/bin/ansible-playbook", "playbooks/stop_telemetry.yml")
    for command in (stop, ("make", "airflow-down"), ("make", "lab-down")):
        subprocess.run(command, cwd=clone, env=_environment(), capture_output=True, check=False)


def _row(key: str, value: float | None) -> Row:
    failed = "; make demo failed, its log is under var/bench/loop/" if value is None else ""
    return Row(key, _WHAT[key] + failed, value, "s", _GOALS[key])


def _environment() -> dict[str, str]:
    kept = ("FORERUNNER_VAR", "FORERUNNER_LEDGER", "FORERUNNER_LAB_INDEX", "FORERUNNER_HOME")
    return {key: value for key, value in os.environ.items() if key not in kept}


def _timed(clone: Path, begun: float, console: Console) -> float | None:
    log = home.var() / "bench" / "loop" / "demo.log"
    console.print(f"make demo in {clone}; its output goes to {log}")
    with log.open("a") as output:
        done = subprocess.run(
            ["make", "demo"],
            cwd=clone,
            env=_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return None if done.returncode else time.monotonic() - begun
