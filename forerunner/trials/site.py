"""A lab with run-time state of its own, so that several can stand side by side."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.lab import Lab
from forerunner.ledger import Ledger

ROUTERS_ALONE = ("-e", '{"subscriber_lab_systems": []}')
"""Arguments of `build_lab` that leave out the subscriber systems, which no trial of links uses."""


class CommandFailed(ForerunnerError):
    """A command that a trial stands on did not succeed."""


@dataclass(frozen=True)
class Site:
    """One lab and the directory of its state.

    Attributes:
        index: Number of the lab, 0 to 99.
        var: Directory of run-time state, as `FORERUNNER_VAR` names it.
        ledger_url: SQLAlchemy URL of its ledger; by default SQLite below `var`.
    """

    index: int
    var: Path
    ledger_url: str = ""

    def __post_init__(self) -> None:
        """Fill in the ledger that belongs to the directory."""
        if not self.ledger_url:
            object.__setattr__(self, "ledger_url", f"sqlite:///{self.var / 'ledger.sqlite'}")

    @classmethod
    def default(cls) -> "Site":
        """Return the site that the environment names: lab 0 and `var/` unless told otherwise.

        Raises:
            InvalidData: `FORERUNNER_LAB_INDEX` is no number from 0 to 99.
        """
        index = os.environ.get("FORERUNNER_LAB_INDEX") or "0"
        if not re.fullmatch(r"[0-9]{1,2}", index):
            raise InvalidData("environment", "FORERUNNER_LAB_INDEX", f"{index!r} is not 0 to 99")
        ledger = os.environ.get("FORERUNNER_LEDGER") or ""
        return cls(int(index), home.var().resolve(), ledger)

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment under which commands meet this lab and no other."""
        own = {"FORERUNNER_LAB_INDEX": str(self.index), "FORERUNNER_VAR": str(self.var)}
        return os.environ | own | {"FORERUNNER_LEDGER": self.ledger_url}

    @property
    def lab(self) -> Lab:
        """Return the lab, which must be up."""
        return Lab.open(self.index)

    def ledger(self) -> Ledger:
        """Open this site's ledger."""
        self.var.mkdir(parents=True, exist_ok=True)
        return Ledger.open(self.ledger_url)

    def playbook(self, name: str, *arguments: str, check: bool = True) -> float:
        """Run a playbook as an engineer would and return the seconds that it took.

        Args:
            name: Without its ending.
            arguments: Further arguments of `ansible-playbook`.
            check: Whether a failure raises.

        Raises:
            CommandFailed: Holds the last lines that it printed.
        """
        play = (f"playbooks/{name}.yml", "-i", "inventories/lab", *arguments)
        return self.command("ansible-playbook", *play, check=check)

    def command(self, program: str, *arguments: str, check: bool = True) -> float:
        """Run a program of our environment for this site and return the seconds that it took.

        Args:
            program: As `forerunner`, `python` or `ansible-playbook`.
            arguments: Its arguments.
            check: Whether a failure raises.

        Raises:
            CommandFailed: Holds the last lines that it printed.
        """
        begun = time.monotonic()
        done = self.run(program, *arguments)
        if check and done.returncode:
            raise CommandFailed(_failure(program, arguments, done))
        return time.monotonic() - begun

    def run(self, program: str, *arguments: str) -> CompletedProcess[str]:
        """Run a program of our environment for this site and return how it ended.

        Args:
            program: As `forerunner`, `python` or `ansible-playbook`.
            arguments: Its arguments.
        """
        return subprocess.run(
            [str(Path(sys.executable).parent / program), *arguments],
            cwd=home.root(),
            env=self.environment | {"ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )


def _failure(program: str, arguments: Sequence[str], done: CompletedProcess[str]) -> str:
    tail = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
    return f"`{' '.join([program, *arguments])}` ended with {done.returncode}:\n{tail}"
