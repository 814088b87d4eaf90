"""One run of a playbook by ansible-runner, under a guardian, in a directory of its own."""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_runner import Runner, RunnerConfig

from forerunner import home
from forerunner.model import new_id
from forerunner.runner import guardian
from forerunner.runner.arguments import Value, check_limit, check_variables, playbook_path
from forerunner.runner.result import Recorder, RunEvent, RunResult, conclude

# ansible-runner's own timeouts kill at once; they only step in when the guardian has failed.
_BACKSTOP_S = 20.0
_POLL_S = 0.2
_ACTIVE: set["Job"] = set()
_SECRETS = ("AIRFLOW_", "_AIRFLOW_")


@dataclass(eq=False)
class Job:
    """One run of a playbook, which can be ended from a signal handler or another thread.

    Attributes:
        playbook: Name without directory and ending, as `drain_link`.
        variables: Plain values; data travels as a file, and its path as a variable.
        limit: Inventory names; empty means every host.
        check: Run with `--check --diff`.
        on_event: Called with every event as it happens, in the thread of `run`.
        timeout_s: Seconds after which the run is ended.
        idle_timeout_s: Seconds without a word from Ansible after which it is ended.
        inventory: Path; by default the project's own.
        environment: Variables that it gets beside those of this process.
    """

    playbook: str
    variables: Mapping[str, Value] = field(default_factory=dict)
    limit: Sequence[str] = ()
    check: bool = False
    on_event: Callable[[RunEvent], None] | None = None
    timeout_s: float = 600.0
    idle_timeout_s: float = 300.0
    inventory: Path | str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: new_id("run"))

    def __post_init__(self) -> None:
        """Check everything before anything is touched."""
        playbook_path(self.playbook)
        self._extra = check_variables(self.variables)
        self._limit = check_limit(self.limit)
        self._directory: Path | None = None
        self._reason = ""
        self._recorder = Recorder()

    def run(self) -> RunResult:
        """Run the playbook and return how it ended; raises nothing for a failed play."""
        self._directory = _private_directory(self.name)
        _ACTIVE.add(self)
        try:
            return self._run(self._directory)
        except BaseException:
            # Before the traceback lets go of pexpect's child, which would be killed with it.
            self.cancel()
            _await_end(self._directory)
            raise
        finally:
            _ACTIVE.discard(self)
            shutil.rmtree(self._directory, ignore_errors=True)

    def cancel(self, reason: str = "canceled") -> None:
        """Have the guardian end the run; returns at once. Does nothing when it is over.

        Before the run has begun it is noted, and the run ends as soon as it begins.
        """
        self._reason = self._reason or reason
        if self._directory is not None and self._directory.is_dir():
            (self._directory / guardian.CANCEL_FILE).touch()

    def _run(self, directory: Path) -> RunResult:
        if self._extra:
            (directory / "env").mkdir(mode=0o700)
            (directory / "env" / "extravars").write_text(json.dumps(self._extra))
        runner = Runner(
            config=self._config(directory),
            event_handler=self._take,
            cancel_callback=self._watch,
        )
        self._started = self._heard = time.monotonic()
        ended, rc = runner.run()
        if self._reason or rc == guardian.CANCELED:
            ended, rc = self._reason or "canceled", guardian.CANCELED
        return conclude(self.playbook, ended, rc, self._recorder)

    def _config(self, directory: Path) -> RunnerConfig:
        config = RunnerConfig(
            private_data_dir=str(directory),
            project_dir=str(home.root()),
            playbook=str(playbook_path(self.playbook)),
            inventory=str(self.inventory) if self.inventory else None,
            limit=self._limit,
            cmdline="--check --diff" if self.check else None,
            envvars=self._environment(),
            settings={"pexpect_timeout": _POLL_S, "idle_timeout": self.idle_timeout_s * 2},
            timeout=int(self.timeout_s + _BACKSTOP_S),
            quiet=True,
        )
        config.prepare()
        # The settings of Airflow hold its keys; Ansible has no use for them.
        config.env = {x: y for x, y in config.env.items() if not x.startswith(_SECRETS)}
        config.command = [*_guardian(directory), *_beside_python(config.command)]
        return config

    def _environment(self) -> dict[str, str]:
        return {
            "ANSIBLE_CONFIG": str(home.root() / "ansible.cfg"),
            # ansible-runner sets it to its own directory, and ansible.cfg would not be asked.
            "ANSIBLE_CALLBACK_PLUGINS": str(home.root() / "roles/change_gate/callback_plugins"),
            # ansible-runner turns the check of host keys off unless it is set here.
            "ANSIBLE_HOST_KEY_CHECKING": os.environ.get("ANSIBLE_HOST_KEY_CHECKING", "True"),
            "FORERUNNER_RUN": self.name,
            **self.environment,
        }

    def _take(self, event: Mapping[str, Any]) -> bool:
        self._heard = time.monotonic()
        taken = self._recorder.record(event)
        if self.on_event is not None:
            self.on_event(taken)
        return False

    def _watch(self) -> bool:
        """Look at the clocks; never asks ansible-runner to kill, which would orphan workers."""
        now = time.monotonic()
        if now - self._started > self.timeout_s or now - self._heard > self.idle_timeout_s:
            self.cancel("timeout")
        elif self._reason:
            self.cancel()
        return False


def run(
    playbook: str,
    variables: Mapping[str, Value] | None = None,
    limit: Sequence[str] = (),
    check: bool = False,
    on_event: Callable[[RunEvent], None] | None = None,
    timeout_s: float = 600.0,
    inventory: Path | str | None = None,
) -> RunResult:
    """Run a playbook to its end and return how it went; the arguments are those of `Job`.

    Raises:
        UnknownPlaybook: There is no playbook of that name.
        InvalidData: A variable or a host may not be passed on.
    """
    job = Job(playbook, variables or {}, limit, check, on_event, timeout_s, inventory=inventory)
    return job.run()


def cancel_all() -> None:
    """End every run of this process; returns at once, and may be called by a signal handler."""
    for job in tuple(_ACTIVE):
        job.cancel()


def _private_directory(name: str) -> Path:
    runs = home.var() / "runs"
    runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkdtemp makes it with mode 0700.
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=runs))


def _guardian(directory: Path) -> list[str]:
    script = str(Path(guardian.__file__).resolve())
    return [sys.executable, "-I", "-S", script, str(os.getpid()), str(directory), "--"]


def _beside_python(command: Sequence[str]) -> list[str]:
    """Return the command with the ansible-playbook of this environment, whatever PATH says."""
    beside = Path(sys.executable).parent / command[0]
    return [str(beside) if beside.exists() else command[0], *command[1:]]


def _await_end(directory: Path) -> None:
    """Wait for the guardian of a directory to be gone; it needs some seconds at the most."""
    wanted = str(directory).encode()
    deadline = time.monotonic() + _BACKSTOP_S
    while time.monotonic() < deadline and _runs_with(wanted):
        time.sleep(0.05)


def _runs_with(wanted: bytes) -> bool:
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words, status = entry.read_bytes().split(b"\0"), (entry.parent / "stat").read_text()
        except OSError:
            continue
        if wanted in words and status.rpartition(")")[2].split()[0] != "Z":
            return True
    return False
