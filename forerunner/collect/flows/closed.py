"""The files that a collector has closed, and between which times each lies.

nfcapd names a file by the begin of its slot and closes it at the slot's end. What it holds of the
slot is whole unless the collector was (re)started within: each start is written down beforehand.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from forerunner.files import write_whole

_FORMS = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_PREFIX = "nfcapd."
_LIVES = "lives"
_MOST_LIVES_BYTES, _LIVES_KEPT = 2**20, 5000
REFUSED = "refused"
"""Directory of files that cannot be read, below the collector's own."""


@dataclass(frozen=True)
class Life:
    """A collector from one start to the next.

    Attributes:
        begin: In seconds since the epoch.
        rotation_s: Length of its slots in seconds.
    """

    begin: float
    rotation_s: int


@dataclass(frozen=True)
class Closed:
    """A file that a collector has closed.

    Attributes:
        path: Where it is.
        collector: Name of the collector.
        begin: Of its slot, in seconds since the epoch.
        end: Of its slot.
        whole: Whether one life of the collector lasted through all of the slot.
    """

    path: Path
    collector: str
    begin: float
    end: float
    whole: bool

    @cached_property
    def digest(self) -> str:
        """Return what tells it from any other; a collector that goes on with it changes it."""
        stat = self.path.stat()
        said = f"{self.collector} {self.path.name} {stat.st_size} {stat.st_mtime_ns}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def note_life(directory: Path, life: Life) -> None:
    """Write down that a collector is about to start."""
    file = directory / _LIVES
    with file.open("a") as lives:
        lives.write(json.dumps(vars(life)) + "\n")
    if file.stat().st_size > _MOST_LIVES_BYTES:
        # Of one whose files are long gone nobody asks; one that dies at once is noted every time.
        kept = file.read_text().splitlines(keepends=True)[-_LIVES_KEPT:]
        write_whole(file, "".join(kept), 0o644)


def forget_refused(directories: Iterable[Path], before: float) -> int:
    """Remove collectors' files that were put aside before a time, and return how many."""
    found = (each for directory in directories for each in directory.glob(f"{REFUSED}/*"))
    old = [each for each in found if each.stat().st_mtime < before]
    for each in old:
        each.unlink(missing_ok=True)
    return len(old)


def closed(directory: Path, collector: str) -> list[Closed]:
    """Return a collector's closed files, the oldest first."""
    lives = list(_lives(directory / _LIVES))
    named = ((path, _slot(path.name)) for path in directory.glob(f"{_PREFIX}*"))
    slots = sorted((slot, path) for path, slot in named if slot is not None)
    return [_closed(path, slot, collector, lives) for slot, path in slots]


def _closed(path: Path, slot: float, collector: str, lives: list[Life]) -> Closed:
    mine = [life for life in lives if life.begin < slot + life.rotation_s]
    end = slot + mine[-1].rotation_s if mine else slot
    # One that was told to stop closes its file before its time.
    lasted = path.stat().st_mtime >= end
    whole = bool(mine) and lasted and mine[-1].begin <= slot
    return Closed(path, collector, slot, end, whole)


def _slot(name: str) -> float | None:
    text = name.removeprefix(_PREFIX)
    if len(text) not in _FORMS or not text.isdecimal():
        return None
    try:
        return datetime.strptime(text, _FORMS[len(text)]).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _lives(path: Path) -> Iterator[Life]:
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            yield Life(**json.loads(line))
        except (ValueError, TypeError):
            continue  # The last line of a crash.
