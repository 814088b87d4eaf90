"""A Git repository of running configurations: one file a device, one commit a run."""

import fcntl
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from forerunner.backup.errors import BackupError

_BRANCH = "main"
_AUTHOR = {"GIT_AUTHOR_NAME": "Forerunner", "GIT_AUTHOR_EMAIL": "forerunner@localhost"}
_COMMITTER = {"GIT_COMMITTER_NAME": "Forerunner", "GIT_COMMITTER_EMAIL": "forerunner@localhost"}
# Nobody's own Git settings (hooks, signing, templates) take part in a backup.
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
_TIMEOUT_S = 60


class Repository:
    """The configurations below one directory, which only its owner may read.

    Args:
        directory: Where it is; made when it is missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, host: str) -> Path:
        """Return the file of a device."""
        return self._directory / f"{host}.cfg"

    def stored(self, hosts: Iterable[str]) -> dict[str, str]:
        """Return the committed configuration of devices; empty where there is none.

        What a run that died wrote but did not commit does not count.
        """
        wanted = {host: self.path(host) for host in hosts}
        if not (self._directory / ".git").is_dir():
            return dict.fromkeys(wanted, "")
        files = [path.name for path in wanted.values()]
        unsure = set(self._git("status", "--porcelain", "-z", "--", *files).split("\0"))
        unsure = {entry[3:] for entry in unsure}
        return {
            host: self._committed(path.name) if path.name in unsure else _read(path)
            for host, path in wanted.items()
        }

    def store(self, configs: Mapping[str, str], reason: str) -> str | None:
        """Write configurations and commit those that differ; return the commit, None if none do.

        Each file is replaced whole or not at all. Several writers take turns.

        Args:
            configs: Configuration by device; only whole ones.
            reason: What goes behind the names of the devices in the commit's subject.

        Raises:
            BackupError: Git or the file system refuses.
        """
        if not configs:
            return None
        try:
            with self._locked():
                self._make()
                for host, config in configs.items():
                    if _read(self.path(host)) != config:
                        self._replace(self.path(host), config)
                return self._commit(sorted(configs), reason)
        except OSError as error:
            problem = f"cannot be written: {error.strerror}; nothing good was lost"
            raise BackupError(f"{self._directory} {problem}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory.chmod(0o700)
        with (self._directory / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self) -> None:
        if not (self._directory / ".git").is_dir():
            self._git("init", "--quiet", f"--initial-branch={_BRANCH}")
            (self._directory / ".git" / "info").mkdir(exist_ok=True)
            (self._directory / ".git" / "info" / "exclude").write_text("/.lock\n/.*.new\n")

    def _replace(self, path: Path, config: str) -> None:
        temporary = path.with_name(f".{path.name}.new")
        with temporary.open("w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(config)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def _committed(self, name: str) -> str:
        tree = self._git("rev-parse", "--verify", "--quiet", "HEAD", refusal_is_empty=True)
        if not tree or not self._git("ls-tree", "HEAD", "--", name):
            return ""
        return self._git("show", f"HEAD:{name}")

    def _commit(self, hosts: list[str], reason: str) -> str | None:
        files = [self.path(host).name for host in hosts]
        self._git("add", "--", *files)
        staged = self._git("diff", "--cached", "--name-only", "--", *files).split()
        if not staged:
            return None
        self._git("commit", "--quiet", "-m", _subject(staged, reason), "--", *staged)
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str, refusal_is_empty: bool = False) -> str:
        command = ["git", "-C", str(self._directory), *arguments]
        environment = {**os.environ, **_AUTHOR, **_COMMITTER, **_QUIET}
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            environment.pop(name, None)
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                env=environment,
                timeout=_TIMEOUT_S,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BackupError(f"git {arguments[0]} in {self._directory}: {error}") from error
        if done.returncode and refusal_is_empty:
            return ""
        if done.returncode:
            said = done.stderr.strip() or f"exit status {done.returncode}"
            raise BackupError(f"git {arguments[0]} in {self._directory}: {said}")
        return done.stdout


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}") from error


def _subject(files: list[str], reason: str) -> str:
    names = [name.removesuffix(".cfg") for name in files]
    shown = ", ".join(names) if len(names) <= 6 else f"{len(names)} devices"
    # One line, whatever the reason holds.
    return f"{shown}: {' '.join(reason.split())}"
