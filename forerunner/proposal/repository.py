"""A copy of the repository that holds inventories/, of which nothing but files is taken."""

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from forerunner.proposal.errors import ProposalError

ROOM = "inventories"
# Nobody's settings, and no questions.
_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
_TIMEOUT_S = 120
_PLAIN = "100644"


class Repository:
    """A bare copy, brought up to date by each `fetch`.

    Args:
        directory: Where the copy is; made when it is missing.
        source: Path or address that it is fetched from.
    """

    def __init__(self, directory: Path, source: str) -> None:
        self._directory, self._source = directory, source

    def fetch(self) -> dict[str, str]:
        """Fetch, and return the commit at the head of each branch.

        Raises:
            ProposalError: The source cannot be read.
        """
        if not (self._directory / "HEAD").exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet", "--bare")
        self._git("fetch", "--quiet", "--prune", "--", self._source, "+refs/heads/*:refs/heads/*")
        form = "--format=%(refname:lstrip=2) %(objectname)"
        lines = self._git("for-each-ref", form, "refs/heads/").decode().splitlines()
        return dict(line.rsplit(" ", 1) for line in lines)

    def is_in(self, commit: str, branch: str) -> bool:
        """Return whether a branch holds a commit."""
        # Of a squashed or rebased one nothing is left in the branch; its plan just goes unused.
        found = self._git("rev-list", "--max-count=1", commit, f"^refs/heads/{branch}")
        return not found.strip()

    def base(self, commit: str, branch: str) -> str | None:
        """Return where a commit left a branch; None where they share nothing."""
        done = self._run("merge-base", commit, f"refs/heads/{branch}")
        return done.stdout.decode().strip() or None

    def author(self, commit: str) -> str:
        """Return who wrote a commit, by their own word."""
        return self._git("show", "--no-patch", "--format=%an", commit).decode(errors="replace")[:80]

    def files(self, commit: str, inventory: str) -> dict[str, bytes]:
        """Return the files of an inventory at a commit, by their paths in the repository.

        Raises:
            ProposalError: One of them is no plain file: a link, a program or a submodule; or there
                is no such inventory.
        """
        folder = f"{ROOM}/{inventory}"
        listed = self._git("ls-tree", "-r", "-z", commit, f"{folder}/").decode(errors="replace")
        for entry in filter(None, listed.split("\0")):
            head, name = entry.split("\t")
            if head.split()[0] != _PLAIN:
                raise ProposalError(
                    f"{name}: is no plain file; a person must look at {commit[:12]}"
                )
        with tarfile.open(fileobj=io.BytesIO(self._git("archive", commit, folder))) as archive:
            members = [member for member in archive if member.isfile()]
            taken = {member.name: archive.extractfile(member) for member in members}
            return {name: stream.read() for name, stream in taken.items() if stream}

    def _git(self, *arguments: str) -> bytes:
        done = self._run(*arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()[-300:]
            raise ProposalError(f"git {arguments[0]} in {self._directory}: {said}")
        return done.stdout

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        own = {name: x for name, x in os.environ.items() if not name.startswith("GIT_")}
        command = ["git", f"--git-dir={self._directory}", *arguments]
        try:
            return subprocess.run(
                command, capture_output=True, check=False, env=own | _QUIET, timeout=_TIMEOUT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProposalError(f"git in {self._directory}: {error}") from error


def lay_out(files: Mapping[str, bytes], directory: Path) -> Path:
    """Write the files of a commit below a directory, and return it."""
    for name, content in files.items():
        path = directory / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise ProposalError(f"{name}: leads out of the repository")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return directory
