"""The configurations of many devices in Git: what people read, and beside it what is sealed.

The branch is the truth: only whole configurations are committed, and the files beside `.git` are
a view of it that is mended on every run.
"""

import contextlib
import fcntl
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forerunner.backup.errors import BackupError
from forerunner.backup.git import BRANCH, Commit, Git, blob
from forerunner.files import write_whole

_EXCLUDED = "/.lock\n/.freshness.json\n/.*.new\n/full/.*.new\n"
# What a full text is to Git: no difference of sealed text says anything.
_ATTRIBUTES = "*.vault -diff\n"
# Nothing but time depends on it: it says which full texts are those of the night before.
_MARKS = ".git/forerunner-marks.json"
_WAIT_S = 120.0
# About 2,000 loose objects: they are spread evenly over 256 directories.
_MANY_LOOSE, _MANY_PACKS = 8, 50
_POLL_S = 0.02


@dataclass(frozen=True)
class Record:
    """A device's configuration as it is stored.

    Attributes:
        readable: Without noise, its secrets replaced by digests.
        sealed: The full text, encrypted.
    """

    readable: str
    sealed: bytes


class Repository:
    """The configurations below one directory, which only its owner may read.

    Args:
        directory: Where it is; made when something is stored.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._git = Git(directory)

    def path(self, host: str) -> Path:
        """Return the file that people read of a device."""
        return self.directory / _readable(host)

    @property
    def exists(self) -> bool:
        """Return whether anything was ever stored."""
        return (self.directory / ".git" / "HEAD").is_file()

    def stored(self, hosts: Iterable[str], revision: str = BRANCH) -> dict[str, str]:
        """Return what is committed of devices, for people; empty where there is nothing."""
        names = {host: _readable(host) for host in hosts}
        if not self.exists:
            return dict.fromkeys(names, "")
        found = self._git.read(names.values(), revision)
        return {host: found.get(name, b"").decode() for host, name in names.items()}

    def blobs(self) -> dict[str, str]:
        """Return Git's name of what is committed of each device for people, as of now."""
        tree = self._git.tree() if self.exists else {}
        return {x.removesuffix(".cfg"): of for x, of in tree.items() if x.endswith(".cfg")}

    def sealed(self, hosts: Iterable[str], revision: str = BRANCH) -> dict[str, bytes]:
        """Return the sealed full text of devices; those that have none are left out."""
        names = {host: _sealed(host) for host in hosts}
        found = self._git.read(names.values(), revision) if self.exists else {}
        return {host: found[name] for host, name in names.items() if name in found}

    def hosts(self) -> tuple[str, ...]:
        """Return the devices that something is stored of, in order."""
        return tuple(sorted(self.blobs()))

    def marks(self) -> dict[str, str]:
        """Return what was noted to know full texts again by; empty where it cannot be read."""
        try:
            noted = json.loads((self.directory / _MARKS).read_bytes())
        except (OSError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def sealed_hosts(self) -> frozenset[str]:
        """Return the devices whose full text is stored."""
        names = self._git.tree() if self.exists else {}
        files = (name.removeprefix("full/") for name in names if name.startswith("full/"))
        return frozenset(name.removesuffix(".vault") for name in files)

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """Take the repository for oneself, mend what a dead writer left, and hand it out.

        Raises:
            BackupError: It cannot be written, or another writer keeps it for minutes.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.directory.chmod(0o700)
            with (self.directory / ".lock").open("a") as lock:
                _wait(lock.fileno(), self.directory)
                yield Writer(self.directory, lock.fileno())
        except OSError as error:
            problem = f"cannot be written: {error.strerror}; nothing good was lost"
            raise BackupError(f"{self.directory} {problem}") from error


class Writer:
    """What the one who has the repository may do; `Repository.writing` makes it."""

    def __init__(self, directory: Path, lock: int) -> None:
        self._directory = directory
        self._git = Git(directory, lock)
        self._mend()

    def store(self, records: Mapping[str, Record], commit: Commit) -> str | None:
        """Commit configurations, show them beside `.git`, and return the commit.

        None when there is nothing to commit; the files beside `.git` are put right all the same.

        Raises:
            BackupError: Git refuses.
            OSError: The file system refuses.
        """
        files = {_readable(host): record.readable.encode() for host, record in records.items()}
        files |= {_sealed(host): record.sealed for host, record in records.items()}
        made = self._git.commit(files, commit) if files else None
        self._show()
        if made:
            self._pack()
        return made

    def note(self, marks: Mapping[str, str]) -> None:
        """Write down what full texts are known again by."""
        self.write(_MARKS, json.dumps(marks).encode())

    def write(self, name: str, content: bytes) -> None:
        """Replace a file beside `.git` whole or not at all."""
        path = self._directory / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, content)

    def _mend(self) -> None:
        """Make the repository, or remove what a writer that died or had no room left behind.

        The lock is ours and every Git shares it, so whatever is unfinished has nobody any more.
        """
        inside = self._directory / ".git"
        if not (inside / "HEAD").is_file():
            self._make()
        left = [
            *inside.glob("*.lock"),
            *inside.glob("refs/**/*.lock"),
            *inside.glob("fast_import_*"),
        ]
        left += [*inside.glob("objects/**/tmp_*"), *self._directory.glob(".*.new")]
        left += self._directory.glob("full/.*.new")
        for path in left:
            path.unlink(missing_ok=True)

    def _make(self) -> None:
        # Made aside and renamed: a repository is there whole or not at all.
        for stale in self._directory.glob(".init-*"):
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".init-", dir=self._directory) as aside:
            git = Git(Path(aside))
            git.run("init", "--quiet", "--initial-branch=main", "--template=")
            info = Path(aside, ".git", "info")
            info.mkdir(exist_ok=True)
            (info / "exclude").write_text(_EXCLUDED)
            (info / "attributes").write_text(_ATTRIBUTES)
            Path(aside, ".git").rename(self._directory / ".git")

    def _pack(self) -> None:
        """Pack what has gathered, once in hundreds of runs; nothing depends on it."""
        sample = self._directory / ".git" / "objects" / "17"
        packs = len(list(self._directory.glob(".git/objects/pack/*.pack")))
        if packs > _MANY_PACKS or (sample.is_dir() and len(list(sample.iterdir())) > _MANY_LOOSE):
            with contextlib.suppress(BackupError):
                self._git.run("gc", "--quiet")

    def _show(self) -> None:
        """Bring index and files to what is committed."""
        tree = self._git.tree()
        differing = [name for name, name_of in tree.items() if self._blob(name) != name_of]
        for name, content in self._git.read(differing).items():
            self.write(name, content)
        if tree:
            self._git.run("read-tree", BRANCH)

    def _blob(self, name: str) -> str | None:
        try:
            return blob((self._directory / name).read_bytes())
        except FileNotFoundError:
            return None


def _readable(host: str) -> str:
    return f"{host}.cfg"


def _sealed(host: str) -> str:
    return f"full/{host}.vault"


def _wait(lock: int, directory: Path) -> None:
    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                problem = f"another writer has kept it for {_WAIT_S:g} s; see: fuser -v .lock"
                raise BackupError(f"{directory}: {problem}") from None
            time.sleep(_POLL_S)
