"""Faults that a backup may meet: each is made once more, and then everything stored is read."""

import multiprocessing
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from forerunner import service
from forerunner.backup import Backup, BackupError, Repository, Seal, back_up, store
from forerunner.bench.change.archive import Archive, fetched, terms
from forerunner.bench.fleet.site import INDEX
from forerunner.bench.peer import BenchError
from forerunner.dialects import dialect
from forerunner.fleet import Device, DeviceResult
from forerunner.simulator import Fleet, SimulatedDevice, make_fleet, task
from forerunner.simulator.configuration import RunningConfig
from forerunner.simulator.keys import USER, user_key

WRITERS = 8
_HOSTS = ("d1", "d2", "d3", "d4")
_PASSWORD = b"of the benchmark"
_ROOM_KB = 1500
_LONGEST_S = 120.0
_TRIES = 10


@dataclass(frozen=True)
class Case:
    """One fault and what came of it.

    Attributes:
        fault: Its kind.
        number: Which of its kind.
        what: What happened exactly.
        lost: A line for each good backup that is not there any more.
    """

    fault: str
    number: int
    what: str
    lost: list[str] = field(default_factory=list)


def archive(directory: Path) -> Archive:
    """Return an archive with two good backups of each of four devices in it."""
    made = Archive(directory, Seal(_PASSWORD, "the benchmark's password"))
    for version in (1, 2):
        made.keep(configs(version), time.time())
    return made


def configs(version: int, hosts: tuple[str, ...] = _HOSTS) -> dict[str, str]:
    """Return whole configurations of some 23 KB, another one for each version."""
    return {host: _config(host, version) for host in hosts}


def _config(host: str, version: int) -> str:
    running = RunningConfig(host, "frr")
    running.apply("interface ge1", f"description version {version}")
    running.apply("interface ge2", f"ip ospf message-digest-key 1 md5 secret{version}")
    return dialect("frr").running_config(running.text())


def _settled(made: Archive, version: int) -> list[str]:
    """Return what is lost now, and after one more backup, which has to succeed."""
    before = made.lost()
    made.keep(configs(version), time.time())
    wrong = [host for host, text in configs(version).items() if made.newest(host) != text]
    return before + made.lost() + [f"{host}: the next backup is not the newest" for host in wrong]


def from_devices(directory: Path, faults: Mapping[str, int]) -> list[Case]:
    """Let devices cut their answers off, or give none, over SSH, after a good backup of each."""
    size = sum(faults.values())
    made = Archive(directory / "archive", Seal(_PASSWORD, "the benchmark's password"))
    with _simulated(make_fleet(size, directory / "fleet", INDEX)) as fleet:
        texts = {each.name: _running(each) for each in fleet.devices}
        made.offer(texts)
        made.remember(texts, _back_up(fleet, made))
    with _simulated(make_fleet(size, directory / "fleet", INDEX, faults=faults)) as fleet:
        result = _back_up(fleet, made)
        lost = made.lost()
        return [
            _device_case(number, each, result.hosts[each.name], lost, made.newest(each.name))
            for number, each in enumerate(fleet.devices)
        ]


def _device_case(
    number: int, device: SimulatedDevice, result: DeviceResult, lost: list[str], newest: str
) -> Case:
    name, kind = device.name, device.behaviour
    problems = [line for line in lost if line.startswith((f"{name}:", "git"))]
    if newest != _running(device):
        problems.append(f"{name}: the newest backup is another one")
    if result.succeeded:
        problems.append(f"{name}: the fault was taken for a good backup")
    fault = "empty answer" if kind == "empty" else "cut stream"
    return Case(fault, number, f"{kind}: {result.message}", problems)


@contextmanager
def _simulated(fleet: Fleet) -> Iterator[Fleet]:
    """Run a fleet beside any other: its service is written down in a place of its own."""
    before = os.environ.get("FORERUNNER_VAR")
    os.environ["FORERUNNER_VAR"] = str(fleet.directory)
    try:
        task.start(fleet)
        yield fleet
    finally:
        service.stop(task.NAME)
        del os.environ["FORERUNNER_VAR"]
        os.environ |= {"FORERUNNER_VAR": before} if before else {}


def _running(device: SimulatedDevice) -> str:
    """Return what a device runs, as a whole backup of it has to be."""
    answer = RunningConfig(device.name, device.platform).text()
    return dialect(device.platform).running_config(answer)


def _back_up(fleet: Fleet, made: Archive) -> Backup:
    key, known = user_key(fleet.directory), fleet.directory / "known_hosts"
    devices = {
        each.name: Device(each.name, each.address, USER, key, known, each.platform, each.port)
        for each in fleet.devices
    }
    return back_up(devices, made.repository.directory, made.seal, terms())


def no_room(directory: Path, number: int, seed: int) -> Case:
    """Let the file system fill up: a tmpfs of its own with little room, or none, left."""
    chance = random.Random(seed)
    with _small_disk(directory) as disk:
        made = archive(disk / "archive")
        left = _fill(disk, chance.randrange(0, 180_000))
        made.offer(configs(3))
        try:
            made.keep(configs(3), time.time())
            said = "there was room enough"
        except (BackupError, OSError) as error:
            said = str(error)
        full = made.lost()
        (disk / "filler").unlink()
        return Case("no room", number, f"{left} bytes left: {said}", full + _settled(made, 4))


@contextmanager
def _small_disk(directory: Path) -> Iterator[Path]:
    disk = directory / "disk"
    disk.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        raise BenchError("a file system without room wants root: sudo make bench-change")
    options = f"size={_ROOM_KB}k,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "forerunner-bench", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def _fill(disk: Path, leave: int) -> int:
    """Fill a file system up to some bytes, and return how many are left."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with (disk / "filler").open("wb") as file, suppress(OSError):
        file.write(b"x" * max(0, free - leave))
    return os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize


def _write(directory: Path, offered: Mapping[str, str], start: Barrier, answer: Any) -> None:
    """Be a writer: wait for the others, store, and say what was stored."""
    os.setsid()
    seal = Seal(_PASSWORD, "the benchmark's password")
    start.wait(_LONGEST_S)
    answer.put(store(Repository(directory), seal, fetched(offered, time.time()), terms()))


class Writer:
    """A process of its own that stores configurations once `start` lets it.

    Args:
        made: Where to.
        offered: What it stores.
        start: Lets all writers go at once.
    """

    # A fork starts at once; no thread of this process runs when it is made.
    context = multiprocessing.get_context("fork")

    def __init__(self, made: Archive, offered: Mapping[str, str], start: Barrier) -> None:
        self.offered = offered
        made.offer(offered)
        self._answer = self.context.SimpleQueue()
        arguments = (made.repository.directory, offered, start, self._answer)
        self.process = self.context.Process(target=_write, args=arguments, daemon=True)
        self.process.start()

    def kill(self, whole: bool) -> bool:
        """Kill it, or its whole group with its Git, and return whether it was still at work."""
        pid = self.process.pid or 0
        with suppress(ProcessLookupError):
            (os.killpg if whole else os.kill)(pid, signal.SIGKILL)
        self.process.join(_LONGEST_S)
        return self.process.exitcode == -signal.SIGKILL

    def end(self) -> Backup:
        """Wait for it and return what it stored.

        Raises:
            BenchError: It failed.
        """
        self.process.join(_LONGEST_S)
        if self.process.exitcode != 0:
            raise BenchError(f"a writer ended with {self.process.exitcode}")
        backup: Backup = self._answer.get()
        return backup


def killed(directory: Path, number: int, seed: int) -> Case:
    """Kill a writer at a random moment: alone, so that its Git goes on, or with its Git."""
    chance = random.Random(seed)
    made = archive(directory)
    began = time.monotonic()
    writer = _let_go(made, 3)
    made.remember(writer.offered, writer.end())
    longest_s, whole = time.monotonic() - began, chance.random() < 0.5
    for version in range(4, 4 + _TRIES):
        delay = chance.uniform(0, longest_s)
        writer = _let_go(made, version)
        time.sleep(delay)
        if writer.kill(whole):
            break
        made.remember(writer.offered, writer.end())
    else:
        raise BenchError(f"no writer was still at work in {_TRIES} tries")
    who = "the writer and its Git" if whole else "the writer alone"
    return Case("killed", number, f"{who} after {delay:.3f} s", _settled(made, 20))


def _let_go(made: Archive, version: int) -> Writer:
    start = Writer.context.Barrier(2)
    writer = Writer(made, configs(version), start)
    start.wait(_LONGEST_S)
    return writer


def at_once(directory: Path, number: int, seed: int) -> Case:
    """Let eight writers store at once, each what only it has and what all have otherwise."""
    chance = random.Random(seed)
    made = archive(directory)
    start = Writer.context.Barrier(WRITERS)
    writers = []
    for writer in range(WRITERS):
        common = configs(10 + writer, tuple(chance.sample(_HOSTS, 2)))
        writers.append(Writer(made, common | configs(1, (f"own{writer}",)), start))
    for each in writers:
        made.remember(each.offered, each.end())
    return Case("eight at once", number, f"{WRITERS} writers", _settled(made, 30))
