"""Points in the history of backups: which commit stands for a moment or a name."""

import re
from dataclasses import dataclass
from datetime import datetime

from forerunner.backup.errors import BackupError
from forerunner.backup.git import BRANCH, Git
from forerunner.backup.repository import Repository
from forerunner.backup.sealing import Seal

_COMMIT = re.compile(r"[0-9a-f]{4,40}")
LATEST = "latest"


@dataclass(frozen=True)
class Version:
    """A device's configuration at one commit.

    Attributes:
        commit: The commit.
        at: When it was stored, seconds since the epoch.
        author: Who asked for it.
        subject: First line of its message.
    """

    commit: str
    at: int
    author: str
    subject: str

    def describe(self) -> str:
        """Return one line for people."""
        moment = datetime.fromtimestamp(self.at).astimezone().isoformat(sep=" ")
        return f"{self.commit[:12]} of {moment}, {self.author}: {self.subject}"


def versions(repository: Repository, host: str, last: int = 20) -> list[Version]:
    """Return the commits that changed a device's configuration, the newest first."""
    if not repository.exists:
        return []
    return _log(repository, host, BRANCH, f"--max-count={last}")


def version_at(repository: Repository, host: str, at: str = LATEST) -> Version:
    """Return the version of a device's configuration that was stored at a moment.

    Args:
        repository: The backups.
        host: Inventory name of the device.
        at: `latest`, a commit (at least 4 hexadecimal digits), or a time in ISO 8601
            (`2026-11-22T14:00`, local time unless it says otherwise).

    Raises:
        BackupError: There is none then; says which there are.
    """
    if not repository.exists:
        raise BackupError(f"{repository.directory} holds no backups; run: backup_configs.yml")
    revision, limits = _meant(repository, at)
    found = _log(repository, host, revision, "--max-count=1", *limits)
    if not found:
        raise BackupError(f"there is no backup of {host} at {at}; {_there_are(repository, host)}")
    return found[0]


def full_text(repository: Repository, seal: Seal, host: str, version: Version) -> str:
    """Return a device's whole configuration, secrets included, at a version.

    Raises:
        BackupError: The version holds none, or it cannot be decrypted.
    """
    sealed = repository.sealed([host], version.commit).get(host)
    what = f"{host} of commit {version.commit[:12]}"
    if sealed is None:
        raise BackupError(f"the backup of {what} has no full text, only what people read")
    return seal.decrypt(sealed, what)


def _meant(repository: Repository, at: str) -> tuple[str, tuple[str, ...]]:
    """Return the revision to look back from, and the limits of the search."""
    if at == LATEST:
        return BRANCH, ()
    if _COMMIT.fullmatch(at):
        commit = Git(repository.directory).head(at)
        if commit:
            return commit, ()
        # 2026 is a year as well as the beginning of a commit: a year alone is neither.
        raise BackupError(f"at: no commit in {repository.directory} begins with {at}")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        problem = "is no commit, no time as 2026-11-22T14:00, and not 'latest'"
        raise BackupError(f"at: {at[:80]!r} {problem}") from None
    return BRANCH, (f"--before={int(moment.timestamp())}",)


def _log(repository: Repository, host: str, revision: str, *limits: str) -> list[Version]:
    form = "--format=%H%x00%ct%x00%an%x00%s"
    path = repository.path(host).name
    arguments = ("log", form, *limits, "--end-of-options", revision, "--", path)
    lines = Git(repository.directory).run(*arguments).decode().splitlines()
    parts = (line.split("\0") for line in lines)
    return [Version(commit, int(at), author, subject) for commit, at, author, subject in parts]


def _there_are(repository: Repository, host: str) -> str:
    known = versions(repository, host, last=5)
    if not known:
        return f"there is none at all; there is one of {', '.join(repository.hosts()) or 'nobody'}"
    return "there are: " + "; ".join(version.describe() for version in known)
