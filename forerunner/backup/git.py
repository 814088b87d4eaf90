"""Git as the backups use it: plumbing alone, in one directory, with nobody's own settings."""

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from forerunner.backup.errors import BackupError

BRANCH = "refs/heads/main"
# Neither the environment nor anybody's settings (hooks, signing, templates) take part.
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
_SETTINGS = ("core.fsync=committed", "core.fsyncMethod=batch", "gc.auto=0", "core.hooksPath=")
_TIMEOUT_S = 120
_COMMITTER = "Forerunner <forerunner@localhost>"


@dataclass(frozen=True)
class Commit:
    """What is committed with files.

    Attributes:
        message: Subject, empty line and body.
        author: Name of who asked for it.
        time: Seconds since the epoch.
    """

    message: str
    author: str
    time: int


class Git:
    """One repository with its working tree.

    Args:
        directory: The working tree; `.git` is inside it.
        lock: File descriptor of the writers' lock, which every process of Git then shares: a
            Git that outlives its parent keeps the lock to its end.
    """

    def __init__(self, directory: Path, lock: int | None = None) -> None:
        self._directory = directory
        self._lock = lock

    def run(self, *arguments: str, stdin: bytes = b"", refusals: Iterable[int] = ()) -> bytes:
        """Run Git and return its output; empty when it ends with one of the `refusals`.

        Raises:
            BackupError: It ends otherwise than well, or not in time.
        """
        tree = (f"--git-dir={self._directory / '.git'}", f"--work-tree={self._directory}")
        settings = [word for setting in _SETTINGS for word in ("-c", setting)]
        done = self._process(["git", *tree, *settings, *arguments], stdin)
        if done.returncode in refusals:
            return b""
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-500:]
            said = said or f"exit status {done.returncode}"
            raise BackupError(f"git {arguments[0]} in {self._directory}: {said}")
        return done.stdout

    def head(self, revision: str = BRANCH) -> str | None:
        """Return the commit that a revision names; None when there is none."""
        command = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return self.run(*command, refusals=(1, 128)).decode().strip() or None

    def tree(self, revision: str = BRANCH) -> dict[str, str]:
        """Return the blob of each committed file; empty where there is no commit."""
        listed = self.run("ls-tree", "-r", "-z", revision, refusals=(128,)).decode().split("\0")
        entries = (entry.split("\t") for entry in listed if entry)
        return {name: head.split()[2] for head, name in entries}

    def read(self, names: Iterable[str], revision: str = BRANCH) -> dict[str, bytes]:
        """Return the content of files as committed; those that are not are left out."""
        wanted = list(names)
        asked = "".join(f"{revision}:{name}\n" for name in wanted).encode()
        answer = self.run("cat-file", "--batch", stdin=asked) if wanted else b""
        found: dict[str, bytes] = {}
        position = 0
        for name in wanted:
            end = answer.index(b"\n", position)
            header, position = answer[position:end].split(), end + 1
            if header[-1] != b"missing":
                size = int(header[2])
                found[name] = answer[position : position + size]
                position += size + 1
        return found

    def commit(self, files: Mapping[str, bytes], commit: Commit) -> str:
        """Commit the whole content of files and return the commit.

        One process writes the objects and, as its very last act, moves the branch: killed at any
        moment, or without room on the disk, it leaves the branch where it was.
        """
        self.run("fast-import", "--quiet", "--done", stdin=_stream(files, commit, self.head()))
        head = self.head()
        stored = self.read(files)
        if head is None or stored != dict(files):
            raise BackupError(f"{self._directory}: Git did not keep what it was given; git fsck")
        return head

    def _process(self, command: list[str], stdin: bytes) -> "subprocess.CompletedProcess[bytes]":
        environment = {x: y for x, y in os.environ.items() if not x.startswith("GIT_")} | _QUIET
        try:
            return subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                check=False,
                env=environment,
                timeout=_TIMEOUT_S,
                umask=0o077,
                pass_fds=() if self._lock is None else (self._lock,),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BackupError(f"git in {self._directory}: {error}") from error


def blob(content: bytes) -> str:
    """Return the name that Git gives a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _stream(files: Mapping[str, bytes], commit: Commit, parent: str | None) -> bytes:
    """Return the commit in the language of git-fast-import."""
    moment = f"{commit.time} +0000"
    message = commit.message.encode()
    parts = [f"commit {BRANCH}\n".encode()]
    parts.append(f"author {_person(commit.author)} {moment}\n".encode())
    parts.append(f"committer {_COMMITTER} {moment}\n".encode())
    parts.append(b"data %d\n%b\n" % (len(message), message))
    if parent:
        parts.append(f"from {parent}\n".encode())
    for name, content in files.items():
        parts.append(b"M 100644 inline %b\ndata %d\n" % (name.encode(), len(content)))
        parts.append(content + b"\n")
    return b"".join([*parts, b"done\n"])


def _person(name: str) -> str:
    plain = "".join(each for each in name if each.isalnum() or each in " ._-@").strip()
    return f"{plain or 'unknown'} <{plain.replace(' ', '.') or 'unknown'}@localhost>"
