"""What ours is compared with: scripts in `peers/`, in an environment of their own."""

from pathlib import Path

from forerunner import home
from forerunner.errors import ForerunnerError

PEERS = Path(__file__).with_name("peers")
"""The scripts."""


class BenchError(ForerunnerError):
    """A contender did not do its work, so that its time says nothing."""


def peer_python() -> Path:
    """Return the interpreter that has the peers.

    Raises:
        BenchError: They are not installed.
    """
    python = home.root() / ".cache" / "bench" / "bin" / "python"
    if not python.exists():
        raise BenchError("the peers are not installed; run: make bench-fleet, or make peers")
    return python
