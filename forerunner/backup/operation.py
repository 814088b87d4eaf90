"""Backing up many devices: fetch, see that it is whole, store what differs."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from forerunner.backup import freshness
from forerunner.backup.freshness import Attempts
from forerunner.backup.git import Commit, blob
from forerunner.backup.note import Note
from forerunner.backup.repository import Record, Repository, Writer
from forerunner.backup.sealing import Seal
from forerunner.dialects import DialectError, dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import InvalidData
from forerunner.fleet import Device, DeviceResult, Session, run

# A configuration that lost this much of its lines at once is looked at before it is believed.
SHRUNK_TO = 0.5
_SMALL_LINES = 20


@dataclass(frozen=True)
class Backup:
    """What a run of backups gave.

    Attributes:
        hosts: What became of each device.
        commit: The commit that it made; None when nothing differs or in check mode.
        diff: Per device that differs, as Ansible shows it; secrets are replaced.
    """

    hosts: Mapping[str, DeviceResult]
    commit: str | None = None
    diff: list[dict[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether a device's configuration differs from what was stored."""
        return any(result.status == "changed" for result in self.hosts.values())


@dataclass(frozen=True)
class Terms:
    """On what terms a run stores.

    Attributes:
        note: For the commit.
        check: Say what would be stored, and store nothing.
        allow_shrink: Believe a configuration that lost more than half of its lines.
    """

    note: Note = field(default_factory=Note)
    check: bool = False
    allow_shrink: bool = False


def back_up(
    devices: Mapping[str, Device], directory: Path, seal: Seal, terms: Terms, **limits: Any
) -> Backup:
    """Store the running configuration of every device that can be reached.

    Args:
        devices: By inventory name.
        directory: The repository of configurations.
        seal: What encrypts and redacts.
        terms: Reason, dry run and consent.
        limits: `concurrency` and `timeout` of `fleet.run`.

    Raises:
        BackupError: The repository cannot be read or written.
    """
    return store(Repository(directory), seal, run(devices.values(), _fetch, **limits), terms)


def store(
    repository: Repository, seal: Seal, fetched: Mapping[str, DeviceResult], terms: Terms
) -> Backup:
    """Judge what was fetched against what is stored, and store what can be believed.

    Args:
        repository: Where to.
        seal: What encrypts and redacts.
        fetched: Per device its result, with `config` and `fetched_at` where it succeeded.
        terms: Reason, dry run and consent.
    """
    if terms.check:
        known = _remembered(repository.directory)
        return _judged(repository, seal, fetched, terms, known)[0]
    with repository.writing() as writer:
        known = _remembered(repository.directory)
        backup, records, kept = _judged(repository, seal, fetched, terms, known)
        commit = writer.store(records, _commit(records, terms.note))
        _remember(known, writer, backup.hosts, fetched, commit)
        writer.note(_marks(repository, seal, kept))
    return replace(backup, commit=commit)


def _judged(
    repository: Repository,
    seal: Seal,
    fetched: Mapping[str, DeviceResult],
    terms: Terms,
    known: Mapping[str, Attempts],
) -> tuple[Backup, dict[str, Record], dict[str, str]]:
    """Return what becomes of each device, the records that are new, and all that is stored then."""
    configs = {name: str(each.data["config"]) for name, each in fetched.items() if each.succeeded}
    sealed = _sealed_hosts(repository, seal)
    readable = _differing(repository, seal, configs)
    stored = repository.stored(readable)
    later = _stored_later(known, fetched)
    results = {
        name: _judge(name, each, readable.get(name), stored.get(name, ""), terms.allow_shrink)
        if name not in later
        else DeviceResult("ok", f"{name}: a later backup is stored already")
        for name, each in fetched.items()
    }
    fresh = [name for name, result in results.items() if result.status == "changed"]
    good = [name for name, result in results.items() if result.succeeded and name not in later]
    writing = [name for name in good if name in fresh or name not in sealed]
    records = {} if terms.check else _records(seal, {x: configs[x] for x in writing}, readable)
    diff = [_diff(name, stored[name], readable[name]) for name in fresh]
    return Backup(results, None, diff), records, {name: configs[name] for name in good}


def _records(
    seal: Seal, configs: Mapping[str, str], readable: Mapping[str, str]
) -> dict[str, Record]:
    """Return what is to be stored of devices."""
    # One that is as stored, but was never sealed, is read for people once more.
    shown = {x: readable[x] if x in readable else seal.readable(x, y) for x, y in configs.items()}
    return {name: Record(shown[name], text) for name, text in seal.encrypt(configs).items()}


def _differing(repository: Repository, seal: Seal, configs: Mapping[str, str]) -> dict[str, str]:
    """Return what people would read of the devices that are not as stored: most nights, of few."""
    blobs, marks = repository.blobs(), repository.marks()
    new = {
        name: seal.readable(name, config)
        for name, config in configs.items()
        if marks.get(name) != seal.mark(name, config, blobs.get(name, ""))
    }
    return {name: text for name, text in new.items() if blobs.get(name) != blob(text.encode())}


def _marks(repository: Repository, seal: Seal, kept: Mapping[str, str]) -> dict[str, str]:
    """Return what full texts are known again by, now that they are stored."""
    blobs = repository.blobs()
    new = {name: seal.mark(name, config, blobs[name]) for name, config in kept.items()}
    return repository.marks() | new


async def _fetch(session: Session) -> DeviceResult:
    speech, name = dialect(session.device.platform), session.device.name
    began = time.time()
    answer = await session.execute_once(speech.SHOW_RUNNING_CONFIG)
    try:
        config = speech.running_config(answer)
    except DialectError as error:
        problem = hide(f"{name}: {error}; the backup that there is stays")
        return DeviceResult("failed", problem)
    return DeviceResult("ok", data={"config": config, "fetched_at": began})


def _judge(
    name: str, result: DeviceResult, config: str | None, stored: str, allow_shrink: bool
) -> DeviceResult:
    """Return what becomes of a device; `config` is None where it is as stored."""
    if not result.succeeded:
        return result
    if config is None:
        return DeviceResult("ok", f"{name}: as stored")
    have, had = config.count("\n"), stored.count("\n")
    if not allow_shrink and had >= _SMALL_LINES and have < SHRUNK_TO * had:
        problem = (
            f"{name}: the configuration shrank from {had} to {have} lines; the backup stays. If "
            "that is meant, run it with -e config_backup_allow_shrink=true"
        )
        return DeviceResult("failed", problem)
    return DeviceResult("changed", f"{name}: {'differs' if stored else 'first backup'}")


def _stored_later(
    known: Mapping[str, Attempts], fetched: Mapping[str, DeviceResult]
) -> frozenset[str]:
    """Return the devices of which another writer stored what it fetched after us."""
    return frozenset(
        name
        for name, result in fetched.items()
        if result.succeeded
        and (known.get(name, Attempts()).good_at or 0) > result.data["fetched_at"]
    )


def _remembered(directory: Path) -> dict[str, Attempts]:
    try:
        return freshness.read(directory)
    except InvalidData:
        # A file of notes that somebody spoiled must not stand in the way of a backup.
        return {}


def _sealed_hosts(repository: Repository, seal: Seal) -> frozenset[str]:
    """Return the devices whose full text is stored, if it was encrypted with this password.

    Another one would change all of them.
    """
    sealed = repository.sealed_hosts()
    for name, text in repository.sealed(sorted(sealed)[:1]).items():
        seal.decrypt(text, name)
    return sealed


def _remember(
    known: Mapping[str, Attempts],
    writer: Writer,
    results: Mapping[str, DeviceResult],
    fetched: Mapping[str, DeviceResult],
    commit: str | None,
) -> None:
    """Write down when each device was last backed up, or why it was not."""
    now = dict(known)
    for name, result in results.items():
        before = known.get(name, Attempts())
        if not result.succeeded:
            now[name] = replace(before, error_at=time.time(), error=hide(result.message))
            continue
        good_at = max(float(fetched[name].data["fetched_at"]), before.good_at or 0.0)
        last = commit if result.status == "changed" else before.commit
        now[name] = Attempts(good_at, last)
    writer.write(freshness.FILE, freshness.plain(now))


def _commit(hosts: Iterable[str], note: Note) -> Commit:
    return Commit(note.message(sorted(hosts)), note.who, int(time.time()))


def _diff(name: str, stored: str, config: str) -> dict[str, str]:
    lines = unified_diff(
        stored.splitlines(), config.splitlines(), f"{name} stored", f"{name} running", lineterm=""
    )
    return {"prepared": "\n".join(lines) + "\n"}
