"""The simulated fleet of a benchmark, and each contender on it as a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from forerunner import home
from forerunner.bench import rows
from forerunner.bench.peer import BenchError
from forerunner.bench.watching import watch
from forerunner.simulator import Fleet, SimulatedDevice, task
from forerunner.simulator.keys import USER

INDEX, LONGEST_S = 80, 900.0
LINES = tuple(
    line
    for number in range(1, 5)
    for line in (
        f"interface GigabitEthernet0/{number}",
        "description pushed by the benchmark",
        "ip ospf cost 55",
        "bandwidth 100000",
        "mtu 1400",
    )
)
"""The 20 lines that are pushed; four of them open a section."""


@dataclass(frozen=True)
class Run:
    """One contender's run.

    Attributes:
        seconds: From its start to its end, as a person would wait.
        simulator_s: CPU seconds that the simulated devices took meanwhile.
        peak_mb: Proportional memory of the whole process tree at its highest; 0 unless asked for.
    """

    seconds: float
    simulator_s: float
    peak_mb: float = 0.0


class FleetSite:
    """A running simulated fleet, and the way to let contenders work on it.

    Args:
        directory: For everything that the runs leave behind.
        size: How many devices.
        latency_s: Seconds that they take to answer.
    """

    def __init__(self, directory: Path, size: int, latency_s: float = 0.0) -> None:
        self.directory, self.size, self._latency_s = directory, size, latency_s
        self.first: Run | None = None
        self.environment = {
            **os.environ,
            "FORERUNNER_VAR": str(directory),
            "FORERUNNER_FLEET_INDEX": str(INDEX),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_HOME": str(directory / "ansible"),
        }

    def start(self) -> None:
        """Start the devices anew: nothing of what was pushed to them is left."""
        self.stop()
        wanted = {
            "fleet_size": self.size,
            "simulated_fleet_platforms": ["ios"],
            "simulated_fleet_latency": self._latency_s,
        }
        self._play("start_fleet", "-e", json.dumps(wanted))

    def stop(self) -> None:
        """Stop the devices."""
        self._play("stop_fleet")

    def ours(self, playbook: str, *arguments: str) -> list[str]:
        """Return the command line of one of our playbooks on this fleet."""
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        inventory = str(home.root() / "inventories" / "fleet")
        return [program, "-i", inventory, playbook, *arguments]

    def fresh(self, name: str) -> Path:
        """Return an empty directory for what a run stores."""
        path = self.directory / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def run(self, command: Sequence[str], memory: bool = False, **environment: str) -> Run:
        """Run a contender to its end and return what it took.

        Raises:
            BenchError: It failed, or took more than a quarter of an hour.
        """
        log = self.directory / "contender.log"
        before, begun = self._simulator_s(), time.perf_counter()
        with log.open("w") as output:
            process = psutil.Popen(
                command,
                cwd=home.root(),
                env=self.environment | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            peak = watch(process, begun + LONGEST_S, memory)
        seconds = time.perf_counter() - begun
        said = log.read_text()[-600:]
        peers_failed = command[1].endswith(".py") and '"failed": 0' not in said
        if process.returncode != 0 or peers_failed:
            raise BenchError(f"{Path(command[1]).name} failed: {said}")
        return Run(seconds, self._simulator_s() - before, peak)

    def await_quiet(self) -> None:
        """Wait until nothing is left of a contender that keeps processes behind itself.

        Raises:
            BenchError: Something is after two minutes.
        """
        end = time.monotonic() + 120.0
        while left := [each for each in psutil.process_iter() if self._is_left(each)]:
            if time.monotonic() > end:
                raise BenchError(f"still there: {left[0].name()}")
            time.sleep(0.5)

    def _is_left(self, process: psutil.Process) -> bool:
        try:
            mine = process.environ().get("FORERUNNER_VAR") == str(self.directory)
            return mine and "forerunner.simulator" not in process.cmdline()
        except psutil.Error:
            return False

    def given(self, name: str, **more: Any) -> Path:
        """Write what a peer is given, in the form that it takes, and return the file."""
        fleet = task.read(self.directory / "fleet")
        if fleet is None:
            raise BenchError("the simulated fleet was not started")
        known = _host_key_files(fleet)
        hosts = {each.name: _netmiko(each, fleet.directory, known) for each in fleet.devices}
        inventory = self.directory / "nornir.yml"
        # JSON is YAML, and is read faster.
        inventory.write_text(json.dumps({name: _nornir(host) for name, host in hosts.items()}))
        content = {
            "user": USER,
            "key_file": str(fleet.directory / USER),
            "known_hosts": str(fleet.directory / "known_hosts"),
            "netmiko": hosts,
            "nornir_hosts": str(inventory),
            "scrapli": {name: _scrapli(host) for name, host in hosts.items()},
        }
        file = self.directory / f"{name}.json"
        file.write_text(json.dumps(content | more))
        return file

    def _simulator_s(self) -> float:
        file = self.directory / "services" / "fleet.json"
        pid = json.loads(file.read_text())["pid"]
        parts = psutil.Process(pid).children(recursive=True)
        return sum(sum(each.cpu_times()[:2]) for each in parts)

    def _play(self, name: str, *arguments: str) -> None:
        command = self.ours(f"playbooks/{name}.yml", *arguments)
        done = subprocess.run(
            command,
            cwd=home.root(),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{name} failed: {(done.stdout + done.stderr)[-600:]}")


@contextmanager
def standing(name: str, size: int, latency_s: float = 0.0) -> Iterator[FleetSite]:
    """Hand out a fleet that runs, and stop it behind."""
    site = FleetSite(rows.directory("fleet") / name, size, latency_s)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def stored(directory: Path, size: int) -> None:
    """See that every configuration is there and whole.

    Raises:
        BenchError: Some are not.
    """
    files = list(directory.glob("*.cfg"))
    whole = [each for each in files if each.read_text().rstrip().endswith("end")]
    if len(whole) != size:
        raise BenchError(f"{directory.name}: {len(whole)} of {size} configurations are whole")


def _host_key_files(fleet: Fleet) -> Path:
    """Write each device's host key into a file of its own, and return their directory.

    paramiko reads its file anew for every session: with all devices in one, that would take it
    ten times as long as all the rest.
    """
    directory = fleet.directory / "host_keys"
    directory.mkdir(exist_ok=True)
    lines = (fleet.directory / "known_hosts").read_text().splitlines(keepends=True)
    for device, line in zip(fleet.devices, lines, strict=True):
        # scrapli knows an address without its port alone.
        bare = " ".join([device.address, *line.split()[1:]])
        (directory / device.name).write_text(f"{line}{bare}\n")
    return directory


def _netmiko(device: SimulatedDevice, directory: Path, known: Path) -> dict[str, Any]:
    return {
        "device_type": "cisco_ios",
        "host": device.address,
        "port": device.port,
        "username": USER,
        "use_keys": True,
        "key_file": str(directory / USER),
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(known / device.name),
    }


def _nornir(host: Mapping[str, Any]) -> dict[str, Any]:
    plain = {"hostname": host["host"], "port": host["port"], "username": host["username"]}
    rest = {name: host[name] for name in host if name not in ("host", "port", "username")}
    kind = rest.pop("device_type")
    return {**plain, "platform": kind, "connection_options": {"netmiko": {"extras": rest}}}


def _scrapli(host: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "host": host["host"],
        "port": host["port"],
        "auth_username": host["username"],
        "auth_private_key": host["key_file"],
        "auth_strict_key": True,
        "ssh_known_hosts_file": host["alt_key_file"],
        "transport": "asyncssh",
    }
