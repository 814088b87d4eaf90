"""The collectors: one nfcapd each, started again when it dies.

What nfcapd held in memory when it was killed is lost with it, up to the length of a slot. So there
are two of them by default, which all exporters send to: what one misses, the other has.
"""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from forerunner import supervisor
from forerunner.collect.flows.closed import REFUSED, Life, note_life
from forerunner.collect.flows.config import Config
from forerunner.lab import exporters

_LOOK_S = 0.2
_SOON_S, _LATEST_S = 0.5, 30.0
_STEADY_S = 60.0
_END_S = 5.0
_BUFFER_BYTES = 4 * 2**20
_log = logging.getLogger(__name__)


class Collector:
    """A collector and its process.

    Args:
        config: Of the collection.
        name: Of the collector.
    """

    def __init__(self, config: Config, name: str) -> None:
        self._config, self._name = config, name
        self._directory = config.directory / name
        self._process: subprocess.Popen[bytes] | None = None
        self._began, self._wait_s, self._due = 0.0, _SOON_S, 0.0

    def look(self) -> bool:
        """Start it when it does not run and is due; return whether it was."""
        if self._process and self._process.poll() is None:
            return False
        now = time.monotonic()
        if self._process:
            _log.warning("collector %s ended with %s", self._name, self._process.returncode)
            # One that dies at once, as where its port is taken, is not tried without a pause.
            steady = now - self._began > _STEADY_S
            self._wait_s = _SOON_S if steady else min(2 * self._wait_s, _LATEST_S)
            self._due, self._process = now + self._wait_s, None
        if now < self._due:
            return False
        self._start(now)
        return True

    def tell_to_end(self) -> None:
        """Have it close its file."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        """Wait until it has ended that was told to; kill it where it does not."""
        if not self._process:
            return
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, now: float) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        for left in self._directory.glob("nfcapd.current.*"):
            # Of one that was killed: nfdump finds nothing in what was not closed.
            (self._directory / REFUSED).mkdir(exist_ok=True)
            left.rename(self._directory / REFUSED / left.name)
        note_life(self._directory, Life(time.time(), self._config.rotation_s))
        # The kernel ends it when we die, however that happens.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command(self._config, self._name)],
            # Its files are named by local time.
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
        )
        self._began = now
        _log.info("collector %s runs as process %d", self._name, self._process.pid)


def command(config: Config, name: str) -> list[str]:
    """Return what a collector is started by."""
    where = [
        "-w",
        str(config.directory / name),
        "-b",
        config.address,
        "-p",
        str(config.ports[name]),
    ]
    return ["nfcapd", "-C", "none", *where, "-t", str(config.rotation_s), "-B", str(_BUFFER_BYTES)]


def main(config: Path) -> None:
    """Keep every collector running until TERM or INT.

    Raises:
        InvalidData: The configuration is missing or does not fit; nothing was started.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    supervisor.bind()
    settings = Config.read(config)
    collectors = [Collector(settings, name) for name in settings.ports]
    controls = [Path(each) for each in settings.controls]
    try:
        with _told_to_stop() as told:
            while not told:
                _look(collectors, controls)
                supervisor.alive()
    finally:
        for each in collectors:
            each.tell_to_end()
        for each in collectors:
            each.end()


def _look(collectors: Sequence[Collector], controls: Sequence[Path]) -> None:
    """Start what does not run, and give it a moment to listen."""
    started = [each.look() for each in collectors]
    time.sleep(_LOOK_S)
    if any(started):
        # It can read no record before its template has come, which may take a while.
        exporters.tell(controls, "send-template")


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    before = {each: signal.signal(each, note) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
