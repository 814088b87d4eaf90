"""Backing up many devices: fetch, see that it is whole, store what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

from forerunner.backup.repository import Repository
from forerunner.dialects import DialectError, dialect
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
        diff: Per device that differs, as Ansible shows it.
    """

    hosts: Mapping[str, DeviceResult]
    commit: str | None = None
    diff: list[dict[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether a device's configuration differs from what was stored."""
        return any(result.status == "changed" for result in self.hosts.values())


def back_up(
    devices: Mapping[str, Device],
    directory: Path,
    reason: str,
    check: bool = False,
    allow_shrink: bool = False,
    **limits: Any,
) -> Backup:
    """Store the running configuration of every device that can be reached.

    Args:
        devices: By inventory name.
        directory: The repository of configurations.
        reason: For the commit, as `by hand` or a plan's identifier.
        check: Say what would be stored, and store nothing.
        allow_shrink: Believe a configuration that lost more than half of its lines.
        limits: `concurrency` and `timeout` of `fleet.run`.

    Raises:
        BackupError: The repository cannot be read or written.
    """
    fetched = run(devices.values(), _fetch, **limits)
    return _store(Repository(directory), fetched, reason, check, allow_shrink)


def _store(
    repository: Repository,
    fetched: Mapping[str, DeviceResult],
    reason: str,
    check: bool,
    allow_shrink: bool,
) -> Backup:
    """Judge what was fetched against what is stored, and store what can be believed."""
    stored = repository.stored(fetched)
    results = {
        name: _judge(name, result, stored[name], allow_shrink) for name, result in fetched.items()
    }
    configs = {
        name: str(fetched[name].data["config"])
        for name, result in results.items()
        if result.succeeded
    }
    # A file that somebody changed under us is put right, though there is nothing to commit.
    commit = None if check else repository.store(configs, reason)
    fresh = [name for name, result in results.items() if result.status == "changed"]
    return Backup(results, commit, [_diff(name, stored[name], configs[name]) for name in fresh])


async def _fetch(session: Session) -> DeviceResult:
    speech = dialect(session.device.platform)
    answer = await session.execute(speech.SHOW_RUNNING_CONFIG)
    try:
        config = speech.running_config(answer)
    except DialectError as error:
        problem = f"{session.device.name}: {error}; the backup that there is stays"
        return DeviceResult("failed", problem)
    return DeviceResult("ok", data={"config": config})


def _judge(name: str, result: DeviceResult, stored: str, allow_shrink: bool) -> DeviceResult:
    if not result.succeeded:
        return result
    config = str(result.data["config"])
    have, had = config.count("\n"), stored.count("\n")
    if not allow_shrink and had >= _SMALL_LINES and have < SHRUNK_TO * had:
        problem = (
            f"{name}: the configuration shrank from {had} to {have} lines; the backup stays. If "
            "that is meant, run it with -e config_backup_allow_shrink=true"
        )
        return DeviceResult("failed", problem)
    if config == stored:
        return DeviceResult("ok", f"{name}: as stored")
    return DeviceResult("changed", f"{name}: {'differs' if stored else 'first backup'}")


def _diff(name: str, stored: str, config: str) -> dict[str, str]:
    lines = unified_diff(
        stored.splitlines(), config.splitlines(), f"{name} stored", f"{name} running", lineterm=""
    )
    return {"prepared": "\n".join(lines) + "\n"}
