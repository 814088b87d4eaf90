"""The journal of a lab: what is about to be made, written down before it is made.

Whatever a crash leaves behind stands in it, so that removal finds it, and nothing else is ours.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from forerunner import home
from forerunner.lab.commands import pids
from forerunner.lab.errors import LabError, NotOurs

NETNS = Path("/run/netns")
INTERFACES = Path("/sys/class/net")


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Attributes:
        act: What is made: `owner`, `namespace`, `interface`, `keys` or `path`.
        name: Name or path of it.
        identity: Inode of a namespace or index of an interface once it is made; 0 before.
    """

    act: str
    name: str
    identity: int = 0


class Journal:
    """Append-only file of a lab; every line is on disk before the act that it announces."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._path = directory / "journal"

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Begin the journal of a new lab with its owner as first line."""
        directory.mkdir(parents=True, exist_ok=True)
        journal = cls(directory)
        if not journal.exists:
            journal.add(Entry("owner", str(home.root())))
        return journal

    @property
    def exists(self) -> bool:
        """Return whether the lab was ever begun."""
        return self._path.exists()

    def add(self, *entries: Entry) -> None:
        """Write entries and wait until they are on disk."""
        lines = "".join(json.dumps(vars(entry)) + "\n" for entry in entries)
        with self._path.open("a") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    def entries(self, act: str) -> list[Entry]:
        """Return the entries of one act, each name once, with the identity it got last."""
        latest = {entry.name: entry for entry in self._read() if entry.act == act}
        return list(latest.values())

    @property
    def owner(self) -> str:
        """Return the checkout that began the lab; this one when nobody did."""
        return next((entry.name for entry in self.entries("owner")), str(home.root()))

    def check_owner(self) -> None:
        """Raise while the lab belongs to another checkout that could mind.

        Raises:
            NotOurs: Names the checkout that it belongs to.
        """
        owner = self.owner
        # Nobody could remove what a deleted checkout left behind, if only its owner might; and
        # namespaces in which nothing runs any more are litter, whoever made them.
        if owner != str(home.root()) and Path(owner).is_dir() and self._lives():
            raise NotOurs(
                f"lab {self.directory.name} belongs to the checkout {owner}; remove it "
                "there, or take another with FORERUNNER_LAB_INDEX=1"
            )

    def _lives(self) -> bool:
        names = [entry.name for entry in self.entries("namespace")]
        return any(pids(name) for name in names if namespace_identity(name))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other builds and removals of the same lab out.

        Raises:
            LabError: One is at work.
        """
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        path = self.directory.with_suffix(".lock")
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LabError(
                    f"lab {self.directory.name} is being built or removed by another process; "
                    "wait for it and try again"
                ) from None
            yield
            path.unlink(missing_ok=True)

    def _read(self) -> Iterator[Entry]:
        if not self.exists:
            return
        for line in self._path.read_text().splitlines():
            try:
                data: dict[str, Any] = json.loads(line)
            except json.JSONDecodeError:
                continue  # The last line of a crash: what it announced was never made.
            yield Entry(**data)


def namespace_identity(name: str) -> int:
    """Return the inode of a network namespace; 0 when there is none of that name."""
    try:
        return (NETNS / name).stat().st_ino
    except FileNotFoundError:
        return 0


def interface_identity(name: str) -> int:
    """Return the index of an interface of the root namespace; 0 when there is none of that name."""
    try:
        return int((INTERFACES / name / "ifindex").read_text())
    except FileNotFoundError:
        return 0
