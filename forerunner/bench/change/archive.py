"""A repository of backups of which every good one is remembered, to see whether all are there."""

import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from forerunner.backup import Backup, BackupError, Note, Repository, Seal, Terms, store, versions
from forerunner.backup.history import full_text
from forerunner.fleet import DeviceResult

_MOST = 1000


class Archive:
    """Backups below a directory, and beside them what was ever good, in memory.

    Args:
        directory: The repository.
        seal: What encrypts and redacts.
    """

    def __init__(self, directory: Path, seal: Seal) -> None:
        self.repository, self.seal = Repository(directory), seal
        self._good: dict[tuple[str, str], str] = {}
        self._offered: defaultdict[str, set[str]] = defaultdict(set)

    def keep(self, configs: Mapping[str, str], at: float) -> Backup:
        """Store whole configurations that were fetched at a moment, and remember them as good.

        Raises:
            BackupError: They could not be stored.
        """
        self.offer(configs)
        backup = store(self.repository, self.seal, fetched(configs, at), terms())
        self.remember(configs, backup)
        return backup

    def offer(self, configs: Mapping[str, str]) -> None:
        """Say that these may be found from now on: somebody tries to store them."""
        for host, config in configs.items():
            self._offered[host].add(config)

    def remember(self, configs: Mapping[str, str], backup: Backup) -> None:
        """Hold what a backup stored for good."""
        if backup.commit:
            for host, result in backup.hosts.items():
                if result.status == "changed":
                    self._good[host, backup.commit] = configs[host]

    def lost(self) -> list[str]:
        """Return what is not as it must be, a line for each backup; nothing when all is there.

        Every remembered backup must be in the history and unseal to its whole text; whatever else
        the history holds must be a whole text that somebody offered.
        """
        problems = [
            problem
            for host in sorted({host for host, _ in self._good} | set(self._offered))
            for problem in self._lost_of(host)
        ]
        return problems + self._broken()

    def newest(self, host: str) -> str:
        """Return the whole text of a device's newest backup."""
        return full_text(
            self.repository, self.seal, host, versions(self.repository, host, last=1)[0]
        )

    def _lost_of(self, host: str) -> list[str]:
        texts: dict[str, str] = {}
        problems = []
        try:
            for version in versions(self.repository, host, last=_MOST):
                texts[version.commit] = full_text(self.repository, self.seal, host, version)
        except BackupError as error:
            problems.append(f"{host}: cannot be read: {error}")
        for (name, commit), good in self._good.items():
            if name == host and texts.get(commit) != good:
                problems.append(f"{host}: the backup of commit {commit[:12]} is gone or not whole")
        strange = [commit for commit, text in texts.items() if text not in self._offered[host]]
        return problems + [f"{host}: commit {each[:12]} holds what nobody had" for each in strange]

    def _broken(self) -> list[str]:
        command = ["git", "-C", str(self.repository.directory), "fsck", "--full", "--strict"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [f"git fsck: {done.stderr.strip()[-200:]}"] if done.returncode else []


def fetched(configs: Mapping[str, str], at: float) -> dict[str, DeviceResult]:
    """Return what fetching whole configurations gives."""
    return {
        host: DeviceResult("ok", data={"config": config, "fetched_at": at})
        for host, config in configs.items()
    }


def terms() -> Terms:
    """Return on what terms the benchmark stores."""
    return Terms(Note("backup under faults", "bench"))
