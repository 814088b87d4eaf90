"""A detached process that is ours: started once, known by its start time, stopped as a tree.

What is remembered of a service is its process identifier together with the time at which that
process was created: an identifier that the kernel gave to somebody else since is left alone.
"""

import json
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.files import locked, write_whole
from forerunner.schema import check

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "pid": {"type": "integer", "minimum": 2},
        "create_time": {"type": "number"},
        "command": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "log": {"type": "string"},
    },
    "required": ["name", "pid", "create_time", "command", "log"],
    "additionalProperties": False,
}
_KILL_WAIT_S = 5.0
_ROUNDING_S = 2.0
_LOOK_S = 0.02


class ServiceError(ForerunnerError):
    """A service cannot be started or stopped."""


@dataclass(frozen=True)
class Service:
    """A process that was started for us.

    Attributes:
        name: What it is called here.
        pid: Its process identifier, which is its process group's too.
        create_time: When it was created, in seconds since the epoch.
        command: Its command line.
        log: File that holds its standard output and error.
    """

    name: str
    pid: int
    create_time: float
    command: tuple[str, ...]
    log: str


def start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Service:
    """Start a detached process and return it.

    Args:
        name: Lower-case name; one service runs under it at a time.
        command: Program and arguments; no shell is involved.
        environment: The process's whole environment.
        log: File that its standard output and error are added to.

    Raises:
        ServiceError: One of that name runs already, or the program cannot be started.
    """
    with locked(_file(name).with_suffix(".lock")):
        running = _running(name)
        if running is not None:
            raise ServiceError(f"service {name} runs already as process {running[0].pid}")
        log.parent.mkdir(parents=True, exist_ok=True)
        process = _spawn(name, command, environment, log)
        created = psutil.Process(process.pid).create_time()
        service = Service(name, process.pid, created, tuple(command), str(log))
        # Whoever may look into the directory may know what runs.
        write_whole(_file(name), json.dumps(asdict(service), indent=2) + "\n", mode=0o644)
        return service


def status(name: str) -> Service | None:
    """Return the service of that name if it runs, else None."""
    running = _running(name)
    return running[0] if running else None


def stop(name: str, timeout: float = 10.0) -> bool:
    """Stop a service with all its descendants; return whether there was anything to stop.

    Args:
        name: The service.
        timeout: Seconds that the tree gets after TERM; what is left then is killed.

    Raises:
        ServiceError: A process survives being killed.
    """
    with locked(_file(name).with_suffix(".lock")):
        running = _running(name)
        if running is not None:
            _end(running[1], timeout)
        _file(name).unlink(missing_ok=True)
        return running is not None


def _end(process: psutil.Process, timeout: float) -> None:
    tree = _tree(process)
    # The first process ends its own children if it can; those that it leaves are told after it.
    _signal([process])
    told, deadline = False, time.monotonic() + timeout
    while time.monotonic() < deadline and _alive(tree):
        time.sleep(_LOOK_S)
        tree += [each for each in _tree(process) if each not in tree]
        if not told and not _is_alive(process):
            _signal(_alive(tree))
            told = True
    for each in _alive(tree):
        each.kill()
    if left := outlived(tree, _KILL_WAIT_S):
        names = ", ".join(str(each.pid) for each in left)
        raise ServiceError(f"processes {names} survive SIGKILL; see `ps -o pid,stat,wchan`")


def outlived(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Return which processes still run, once none does or the time is over.

    psutil's own waiting takes one for running whose parent has not asked how it ended, and the
    first process of many a container takes seconds to ask.
    """
    deadline = time.monotonic() + seconds
    while (left := _alive(processes)) and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    return left


def _signal(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.terminate()
        except psutil.NoSuchProcess:
            continue


def _tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    # psutil compares the creation time: a recycled identifier does not count as running.
    return [each for each in processes if _is_alive(each)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _running(name: str) -> tuple[Service, psutil.Process] | None:
    service = _read(name)
    if service is None:
        return None
    try:
        process = psutil.Process(service.pid)
        # The kernel's boot time, which this is counted from, is rounded to seconds.
        ours = abs(process.create_time() - service.create_time) < _ROUNDING_S
    except psutil.NoSuchProcess:
        return None
    return (service, process) if ours and _is_alive(process) else None


def _spawn(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        try:
            return subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ServiceError(f"service {name} cannot be started: {error}") from error


def _file(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ServiceError(f"{name!r} is no name of a service; use a-z, 0-9, _ and -")
    return home.var() / "services" / f"{name}.json"


def _read(name: str) -> Service | None:
    file = _file(name)
    try:
        data = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InvalidData(str(file), "", f"is no JSON ({error}); remove the file") from error
    check(data, _SCHEMA, str(file))
    return Service(**{**data, "command": tuple(data["command"])})
