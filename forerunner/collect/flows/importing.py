"""From collectors' files to the store: each record once, however often and however far it went.

A file's records are written first, in batches that replace themselves; then a line that says which
time of which exporter the file covers, which is also what says that it is imported. Killed before
that, the next import writes the same again.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field

from forerunner.collect.flows import nfdump
from forerunner.collect.flows.closed import REFUSED, Closed, closed, forget_refused
from forerunner.collect.flows.config import Config
from forerunner.files import locked
from forerunner.store.flows import Covered, FlowRecord, FlowStore
from forerunner.store.flows.store import QUARANTINE

_BATCH = 50_000
_MOST_REFUSED_KEPT = 1000
_HOUR_S, _DAY_S = 3600, 86_400
_log = logging.getLogger(__name__)


@dataclass
class Imported:
    """What an import did.

    Attributes:
        files: Files that were imported, or would be.
        flows: Records of them.
        refused: What in them is no flow; kept below `quarantine` of the flow store.
        damaged: Files that cannot be read, which were put aside; their time is a gap.
        removed: Files and days that were older than what is kept.
    """

    files: int = 0
    flows: int = 0
    refused: int = 0
    damaged: list[str] = field(default_factory=list)
    removed: int = 0

    def describe(self) -> str:
        """Return one line for people."""
        damaged = f", {len(self.damaged)} files cannot be read" if self.damaged else ""
        return (
            f"{self.files} files imported, {self.flows} flow records, {self.refused} refused"
            f"{damaged}, {self.removed} old files and days removed"
        )


def import_flows(
    config: Config, keep_files_h: float = 24.0, keep_days: int = 90, dry: bool = False
) -> Imported:
    """Bring what collectors have closed to the store, merge small files, let what is old go.

    Args:
        config: Of the collection.
        keep_files_h: Hours that a collector's file is kept once it is imported.
        keep_days: Days that records are kept.
        dry: Only say how many files would be imported and removed.

    Raises:
        StoreError: The disk refuses.
        CollectError: nfdump is missing, or was killed; the files that it did not read stay.
    """
    done, store, now = Imported(), FlowStore(config.telemetry), time.time()
    with nullcontext() if dry else locked(config.directory / ".import"):
        done.removed += len(store.forget(now - keep_days * _DAY_S, dry))
        _each(_Import(config, store, done, dry), config, now - keep_files_h * _HOUR_S)
        if not dry:
            store.compact()
            refused = (config.directory / name for name in config.ports)
            done.removed += forget_refused(refused, now - keep_days * _DAY_S)
    return done


def _each(importing: "_Import", config: Config, old: float) -> None:
    """Import what each collector closed.

    Raises:
        NotRead: Of a collector not all could be read; what the others closed is imported.
    """
    unread = []
    for name in config.ports:
        try:
            importing.bring_all(closed(config.directory / name, name), old)
        except nfdump.NotRead as error:
            unread.append(error)
    if unread:
        raise unread[0]


class _Import:
    """The way of collectors' files into the store."""

    def __init__(self, config: Config, store: FlowStore, done: Imported, dry: bool) -> None:
        self._store, self._done, self._dry = store, done, dry
        self._names = config.site.addresses

    def bring_all(self, files: list[Closed], old: float) -> None:
        """Import a collector's files, and remove those that were closed before a time."""
        held = self._store.concluded(min((file.end for file in files), default=old))
        before: Closed | None = None
        for file in files:
            before = file if file.digest in held or self.bring(file, before) else None
        # Of the last one it is still asked whom the collector knew.
        gone = [each for each in files[:-1] if each.digest in held and each.end < old]
        for file in () if self._dry else gone:
            file.path.unlink(missing_ok=True)
        self._done.removed += len(gone)

    def bring(self, file: Closed, before: Closed | None) -> bool:
        """Import a file; one that cannot be read is put aside, and its time is a gap.

        Args:
            file: The file.
            before: The one before it, which says whom the collector knew already.
        """
        self._done.files += 1
        if self._dry:
            return True
        try:
            heard = nfdump.exporters(file.path)
            self._write(file)
        except nfdump.BadFile as error:
            self._put_aside(file, str(error))
            return False
        known = self._known(file, before)
        covered = [
            self._covered(file, each, known) for each in heard if each.address in self._names
        ]
        self._store.conclude(file.digest, file.end, covered)
        return True

    def _covered(self, file: Closed, each: nfdump.Heard, known: set[str]) -> Covered:
        begin, name = file.begin if each.address in known else file.end, self._names[each.address]
        return Covered(begin, file.end, file.collector, name, each.flows, each.lost)

    def _known(self, file: Closed, before: Closed | None) -> set[str]:
        """Return the exporters of which a collector could read all, from the file's begin to end.

        It could once it knew an exporter's template, which it surely did at the begin where it
        had heard it in the slot before, and has not been started since that one's begin.
        """
        if not before or not (before.whole and file.whole and before.end == file.begin):
            return set()
        return {each.address for each in nfdump.exporters(before.path)}

    def _write(self, file: Closed) -> None:
        refused: list[nfdump.Refused] = []
        batches = _batches(nfdump.records(file.path, self._names, file.end), refused, self._done)
        for number, batch in enumerate(batches):
            self._store.add(file.digest, number, batch)
            self._done.flows += len(batch)
        if refused:
            lines = "".join(json.dumps(asdict(each)) + "\n" for each in refused)
            self._store.put_aside(file.digest, file.end, lines)
            _log.warning("%s: not all of it is flows; see %s", file.path, QUARANTINE)

    def _put_aside(self, file: Closed, reason: str) -> None:
        _log.warning("%s", reason)
        aside = file.path.parent / REFUSED
        aside.mkdir(exist_ok=True)
        file.path.rename(aside / file.path.name)
        self._done.damaged.append(str(aside / file.path.name))


def _batches(
    found: Iterable[FlowRecord | nfdump.Refused], refused: list[nfdump.Refused], done: Imported
) -> Iterator[list[FlowRecord]]:
    """Yield the flows of a file in parts that fit into memory."""
    batch: list[FlowRecord] = []
    for each in found:
        if isinstance(each, FlowRecord):
            batch.append(each)
        else:
            done.refused += 1
            if len(refused) < _MOST_REFUSED_KEPT:
                refused.append(each)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
