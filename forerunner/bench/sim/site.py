"""The subscriber systems of a lab for a benchmark, and orders by the playbooks of this project."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import psutil

from forerunner import home
from forerunner.bench import rows
from forerunner.bench.watching import watch
from forerunner.errors import ForerunnerError
from forerunner.subscriber_lab.place import SYSTEMS, Place
from forerunner.telco import Subscriber

INDEX = 66
LONGEST_S = 1800.0
_LISTENS_S = 30.0
# A look at the memory of a play with all of its workers takes a tenth of a second.
_LOOK_S = 1.0


class SimBenchError(ForerunnerError):
    """A part of the benchmark could not be done; says which, and what was said."""


@dataclass(frozen=True)
class Done:
    """What a playbook took.

    Attributes:
        seconds: From its start to its end.
        peak_mb: Of its process tree, in MB (PSS).
        code: Its exit code.
        said: The end of what it printed.
    """

    seconds: float
    peak_mb: float
    code: int
    said: str


@dataclass
class SimSite:
    """Systems that stand, with nothing of anybody on them at first.

    Attributes:
        directory: Where all of it is kept.
        running: The daemons by kind.
    """

    directory: Path
    running: dict[str, psutil.Popen] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Return where the systems are."""
        return Place(INDEX, self.directory / "subscriber_lab")

    @property
    def environment(self) -> dict[str, str]:
        """Return what its playbooks find it by."""
        return {
            **os.environ,
            "FORERUNNER_VAR": str(self.directory),
            "FORERUNNER_LAB_INDEX": str(INDEX),
            "ANSIBLE_NOCOLOR": "1",
        }

    def start(self, kinds: Sequence[str] = SYSTEMS) -> None:
        """Start systems and wait until they listen.

        Raises:
            SimBenchError: One does not.
        """
        for kind in kinds:
            daemon = import_module(f"forerunner.subscriber_lab.{kind}").prepare(self.place)
            with (self.place.home(kind) / "log").open("ab") as log:
                self.running[kind] = psutil.Popen(
                    daemon.command, cwd=home.root(), stdout=log, stderr=log, env=self.environment
                )
            for listener in daemon.listeners:
                _await(kind, listener)

    def stop(self, kinds: Sequence[str] = SYSTEMS) -> None:
        """Kill systems, as a power cut would."""
        for kind in kinds:
            if kind in self.running:
                self.running[kind].kill()
                self.running.pop(kind).wait()

    def begin(self, playbook: str, *arguments: str) -> psutil.Popen:
        """Start a playbook."""
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        with (self.directory / "playbook.log").open("w") as log:
            return psutil.Popen(
                [program, f"playbooks/{playbook}.yml", *arguments],
                cwd=home.root(),
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def play(self, playbook: str, *arguments: str, memory: bool = False) -> Done:
        """Run a playbook to its end."""
        begun = time.perf_counter()
        process = self.begin(playbook, *arguments)
        peak = watch(process, begun + LONGEST_S, memory, _LOOK_S)
        said = (self.directory / "playbook.log").read_text(errors="replace")
        return Done(time.perf_counter() - begun, peak, int(process.returncode), said[-2000:])

    def request(self, name: str, **fields: object) -> str:
        """Write a request for new SIMs, and return how a playbook is given it."""
        made = {"imsi": "lab", "iccid": "lab", "msisdn": "lab", "key_source": "generated"}
        whole = {"request_id": name, "operation": "create", "profile": "basic", **made, **fields}
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(whole))
        return f"request={path}"


@contextmanager
def standing(name: str, kinds: Sequence[str] = SYSTEMS) -> Iterator[SimSite]:
    """Have systems stand, and leave nothing of them running."""
    directory = rows.directory("sim") / f"{name}-{os.getpid()}"
    directory.mkdir(parents=True)
    site = SimSite(directory)
    try:
        site.start(kinds)
        yield site
    finally:
        site.stop()


def sims(first: int, count: int) -> list[Subscriber]:
    """Return SIMs that count up, with keys that count up too."""
    return [
        Subscriber(
            imsi=f"00101{n:010}",
            iccid=f"8988{n:015}",
            msisdn=f"8823{n:09}",
            k=f"{n + 1:032x}",
            opc=f"{n + 7:032x}",
            profile="basic",
        )
        for n in range(first, first + count)
    ]


def _await(kind: str, listener: tuple[str, int]) -> None:
    end = time.monotonic() + _LISTENS_S
    while time.monotonic() < end:
        with socket.socket() as attempt:
            if attempt.connect_ex(listener) == 0:
                return
        time.sleep(0.05)
    raise SimBenchError(f"{kind} does not listen at {listener[0]} port {listener[1]}")
