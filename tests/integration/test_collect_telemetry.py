"""The slow path on real parts: FRR's command line, a Linux server behind sshd, one that is gone."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner.lab import Lab
from forerunner.model import Sample
from forerunner.store import Store

pytestmark = pytest.mark.lab
Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
ADDRESS = "127.83.0.1"


def _keys(directory: Path) -> None:
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(command, check=True)
    public = (directory / "host.pub").read_text()
    (directory / "known_hosts").write_text(f"[{ADDRESS}]:{{port}} {public}")


@pytest.fixture
def server(machine: None, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A real sshd on an address of its own; its variables as the inventory has them."""
    _keys(tmp_path)
    with socket.socket() as free:
        free.bind((ADDRESS, 0))
        port = free.getsockname()[1]
    known = tmp_path / "known_hosts"
    known.write_text(known.read_text().format(port=port))
    Path("/run/sshd").mkdir(exist_ok=True)
    options = {
        "ListenAddress": ADDRESS, "Port": port, "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "user.pub", "StrictModes": "no", "UsePAM": "no",
        "PasswordAuthentication": "no", "PidFile": "none",
    }  # fmt: skip
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    daemon = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", "/dev/null", *given])
    deadline = time.monotonic() + 10
    while socket.socket().connect_ex((ADDRESS, port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    yield {
        "ansible_host": ADDRESS,
        "ansible_port": port,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(tmp_path / "user"),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={known}",
        "ansible_network_os": "linux",
        "telemetry_collection_directory": str(tmp_path / "telemetry"),
    }
    daemon.terminate()
    daemon.wait()


def test_servers_and_routers_are_asked_in_one_task_and_one_that_is_gone_is_a_gap(
    lab: Lab, playbook: Playbook, server: dict[str, Any], tmp_path: Path
) -> None:
    hosts = {"s1": server, "s2": server | {"ansible_port": 1}}
    inventory = tmp_path / "hosts.json"
    inventory.write_text(json.dumps({"servers": {"hosts": hosts}}))
    store = f"telemetry_collection_directory={tmp_path / 'telemetry'}"
    given = ("-i", "inventories/lab", "-i", str(inventory), "-e", store, "--limit", "r1,r2,s1,s2")
    dry = playbook("collect_telemetry", *given, "--check")
    assert (dry.returncode, (tmp_path / "telemetry").exists()) == (0, False), dry.stdout
    done = playbook("collect_telemetry", *given)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "s2: " in done.stdout
    assert "changed=1" not in done.stdout
    found = Store(tmp_path / "telemetry").read()
    assert {x.host: x.value for x in found if x.metric == "ssh_up"} == {
        "r1": 1.0, "r2": 1.0, "s1": 1.0, "s2": 0.0,
    }  # fmt: skip
    assert _of(found, "s2") == {"ssh_up"}
    assert {"cpu_used_share", "load_1m", "memory_available_bytes", "disk_used_share"} <= _of(
        found, "s1"
    )
    full = {x.interface: x.value for x in found if x.metric == "ospf_neighbour_state"}
    assert full["10.1.13.2"] == 8.0
    again = playbook("collect_telemetry", *given, "--limit", "s1")
    assert again.returncode == 0, again.stdout
    later = Store(tmp_path / "telemetry").read()
    assert len([x for x in later if x.host == "s1" and x.metric == "ssh_up"]) == 2
    assert len([x for x in later if x.host == "r1"]) == len([x for x in found if x.host == "r1"])


def _of(found: list[Sample], host: str) -> set[str]:
    return {each.metric for each in found if each.host == host}
