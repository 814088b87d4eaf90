"""Where a checkout keeps things: the project's root and its run-time state."""

import os
from pathlib import Path


def root() -> Path:
    """Return the project's root, the directory that holds playbooks/, roles/ and inventories/.

    `FORERUNNER_HOME` wins, so that an installed package can serve a checkout elsewhere.
    """
    configured = os.environ.get("FORERUNNER_HOME")
    return Path(configured) if configured else Path(__file__).resolve().parent.parent


def var() -> Path:
    """Return the directory of run-time state, `var/` unless `FORERUNNER_VAR` names another.

    Two loops on one machine (a test beside a demo) keep apart by this variable alone.
    """
    configured = os.environ.get("FORERUNNER_VAR")
    return Path(configured) if configured else root() / "var"


def telemetry(directory: Path | None = None) -> str:
    """Return where the telemetry store is: nobody else decides it. `lab_telemetry` says the same.

    `FORERUNNER_TELEMETRY` names a directory, or an object store's URL.

    Args:
        directory: Of run-time state, below which it is otherwise; None for `var()`.
    """
    below = (directory or var()) / "telemetry"
    return os.environ.get("FORERUNNER_TELEMETRY") or str(below)
