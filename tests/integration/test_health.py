"""Declared checks on the real lab: they pass, and each kind of fault makes its own fail."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner.lab import Lab
from forerunner.lab.convergence import wait_converged

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Speak = Callable[..., str]


def failed(lab: Lab) -> dict[str, set[str]]:
    """Return by device what failed, as `interfaces to-r2`."""
    report = json.loads((lab.directory.parent / "reports/health.json").read_text())
    return {
        device["name"]: {
            f"{each['check']} {each['subject']}"
            for each in device["checks"]
            if each["state"] != "passed"
        }
        for device in report["devices"]
    }


def test_a_healthy_lab_passes_and_nothing_counts_as_changed(lab: Lab, playbook: Playbook) -> None:
    done = playbook("check_health")
    assert done.returncode == 0, done.stdout
    assert ("changed=1" in done.stdout, set(map(len, failed(lab).values()))) == (False, {0})
    page = (lab.directory.parent / "reports/health.html").read_text()
    assert all(name in page for name in ("r1", "ospf_neighbors", "10.0.0.4/32", "full"))


@pytest.fixture
def faulty(lab: Lab, speak: Speak) -> Iterator[None]:
    """A link shut at r2, a session shut at r6, and r4's loopback gone into a black hole at r5."""
    peer = "neighbor 10.0.0.4 shutdown"
    speak("r2", "configure terminal", "interface to-r3", "shutdown")
    speak("r6", "configure terminal", "router bgp 65000", peer)
    speak("r5", "configure terminal", "ip route 10.0.0.4/32 blackhole")
    yield
    speak("r2", "configure terminal", "interface to-r3", "no shutdown")
    speak("r6", "configure terminal", "router bgp 65000", f"no {peer}")
    speak("r5", "configure terminal", "no ip route 10.0.0.4/32 blackhole")
    wait_converged(lab)


@pytest.mark.usefixtures("faulty")
def test_each_fault_fails_its_checks_on_its_device_even_in_a_dry_run(
    lab: Lab, playbook: Playbook, cut_off: Callable[[str], Any]
) -> None:
    with cut_off("r1"):
        done = playbook("check_health", "--check", "-e", "device_health_timeout=20")
    found = failed(lab)
    assert {"interfaces to-r3", "ospf_neighbors to-r3"} <= found["r2"]
    assert "bgp_sessions 10.0.0.4" in found["r6"]
    assert "reachable 10.0.0.4" in found["r5"]
    for name, status in {"r1": "unreachable", "r2": "failed", "r5": "failed"}.items():
        assert re.search(rf"{name} .*changed=0 .*{status}=1", done.stdout), done.stdout
    assert "interfaces to-r3: shut down, should be up" in done.stdout


def test_what_is_declared_wrongly_or_cannot_be_looked_at_is_said(
    lab: Lab, playbook: Playbook, tmp_path: Path
) -> None:
    def declare(**checks: Any) -> "subprocess.CompletedProcess[str]":
        file = tmp_path / "checks.json"
        file.write_text(json.dumps({"device_health_checks": checks}))
        return playbook("check_health", "--limit", "r1", "-e", f"@{file}")

    wrong = declare(routes={"present": ["10.0.0.4"]})
    assert wrong.returncode == 2
    assert "host r1: device_health_checks.routes.present[0]" in wrong.stdout + wrong.stderr
    other = declare(software={"version": "9.9"}, ntp={"synchronised": True})
    assert "software version: 8.4.4, should be 9.9" in other.stdout
    assert "ntp *: not supported on frr" in other.stdout
