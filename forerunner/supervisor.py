"""Keeps a service alive: one that dies or falls silent is started again, later and later.

The service says that it lives as one of systemd's does, so that either of the two can look after
it: a datagram `WATCHDOG=1` to the socket that `NOTIFY_SOCKET` names. It is told by
`FORERUNNER_RESTARTS` how often it has been started again, and by `FORERUNNER_SUPERVISOR` by whom.

Source: sd_notify(3), systemd.service(5) (WatchdogSec=).
"""

import logging
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forerunner.parent import end_with

RESTARTS = "FORERUNNER_RESTARTS"
_KEEPER = "FORERUNNER_SUPERVISOR"
_SOCKET = "NOTIFY_SOCKET"
_ALIVE = b"WATCHDOG=1"
# What our command line ends with where a person has to mend something first.
_MENDABLE = 2
_LOOK_S = 0.2
_OUTPUT, _MOST_LOG_BYTES = 1, 20 * 2**20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long what may take.

    Attributes:
        start_s: Until it first says that it lives.
        silent_s: From one such word to the next; after that it is taken for hung, and killed.
        first_s: Pause before it is started again; doubled each time.
        longest_s: The longest pause.
        settled_s: After a life this long the pause is the first again.
        end_s: From being told to end to having ended; after that it is killed.
    """

    start_s: float = 180.0
    silent_s: float = 30.0
    first_s: float = 0.5
    longest_s: float = 30.0
    settled_s: float = 60.0
    end_s: float = 20.0


def supervise(command: Sequence[str], patience: Patience | None = None) -> int:
    """Run a service until TERM or INT, and return the exit code to end with.

    One that finds at its first start that somebody has to mend something first is not started
    again.

    Args:
        command: Program and arguments; it has our environment, output and error.
        patience: How long what may take.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heart:
        name = f"forerunner-{uuid.uuid4().hex}"
        heart.bind(f"\0{name}")
        heart.settimeout(_LOOK_S)
        return _Keeper(command, patience or Patience(), heart, f"@{name}", stop).keep()


def alive() -> None:
    """Say that this service lives; whoever does not look after it hears nothing."""
    address = os.environ.get(_SOCKET)
    if not address:
        return
    path = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
        try:
            speaker.setblocking(False)
            speaker.sendto(_ALIVE, path)
        except OSError as error:
            _log.debug("nobody hears that we live: %s", error)


def bind() -> None:
    """End with whoever looks after this service, so that two of it never run at once.

    It ends now where that one died while this one was still loading what it is made of.
    """
    keeper = os.environ.get(_KEEPER, "")
    if restarts() is not None and keeper.isdecimal():
        end_with(int(keeper), signal.SIGTERM)


def restarts() -> int | None:
    """Return how often this service has been started again; None when nobody looks after it."""
    text = os.environ.get(RESTARTS, "")
    return int(text) if text.isdecimal() else None


class _Keeper:
    def __init__(
        self,
        command: Sequence[str],
        patience: Patience,
        heart: socket.socket,
        address: str,
        stop: threading.Event,
    ) -> None:
        self._command, self._patience, self._heart = list(command), patience, heart
        self._address, self._stop = address, stop
        self._heard = False

    def keep(self) -> int:
        count, pause_s = 0, self._patience.first_s
        while True:
            begun = time.monotonic()
            code = self._live(count)
            lived_s = time.monotonic() - begun
            if self._stop.is_set():
                return 0
            if count == 0 and code == _MENDABLE and not self._heard:
                return code
            if lived_s >= self._patience.settled_s:
                pause_s = self._patience.first_s
            words = "ended with %d after %.1f s; it is started again in %.1f s"
            _log.error(words, code, lived_s, pause_s)
            if self._stop.wait(pause_s):
                return 0
            count, pause_s = count + 1, min(2 * pause_s, self._patience.longest_s)

    def _bound_log(self) -> None:
        """Keep what is written from filling the disk: the part before goes to `.1`."""
        log = os.fstat(_OUTPUT)
        if not stat.S_ISREG(log.st_mode) or log.st_size <= _MOST_LOG_BYTES:
            return
        path = Path(f"/proc/self/fd/{_OUTPUT}").readlink()
        try:
            shutil.copyfile(path, path.with_name(f"{path.name}.1"))
            # It was opened to be added to: whoever writes goes on at the new end.
            os.truncate(path, 0)
        except OSError as error:
            _log.warning("the log cannot be cut: %s", error)

    def _live(self, count: int) -> int:
        """Return what one life of the service ended with."""
        # A word of the life before would have this one say something before it lives.
        while self._beats(wait=False):
            pass
        ours = {_SOCKET: self._address, RESTARTS: str(count), _KEEPER: str(os.getpid())}
        environment = {**os.environ, **ours}
        process = subprocess.Popen(self._command, env=environment)
        deadline = time.monotonic() + self._patience.start_s
        while process.poll() is None:
            if self._stop.is_set():
                return self._end(process)
            self._bound_log()
            if self._beats():
                deadline = time.monotonic() + self._patience.silent_s
            elif time.monotonic() > deadline:
                _log.error("process %d says nothing any more; it is killed", process.pid)
                process.kill()
                return process.wait()
        return process.returncode

    def _end(self, process: "subprocess.Popen[bytes]") -> int:
        """Return what a service ended with that is told to end, and is killed where it does not."""
        process.terminate()
        try:
            return process.wait(self._patience.end_s)
        except subprocess.TimeoutExpired:
            _log.error("process %d does not end; it is killed", process.pid)
            process.kill()
            return process.wait()

    def _beats(self, wait: bool = True) -> bool:
        try:
            heard = self._heart.recv(1024, 0 if wait else socket.MSG_DONTWAIT) == _ALIVE
        except (TimeoutError, BlockingIOError):
            return False
        self._heard = self._heard or heard
        return heard
