"""Which code made a model."""

import subprocess
from importlib.metadata import version as installed
from pathlib import Path

from forerunner import home


def code_version(root: Path | None = None) -> str:
    """Return the Git commit, with `-dirty` where the checkout differs; else the package's version.

    Args:
        root: Of the project; by default where this one stands.
    """
    place = root or home.root()
    # A package that is installed below somebody's repository is not of that repository.
    described = _described(place) if (place / ".git").exists() else ""
    return described or f"forerunner {installed('forerunner')}"


def _described(root: Path) -> str:
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(
            [*command, "--exclude=*"], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
