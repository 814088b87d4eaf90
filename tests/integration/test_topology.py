"""What routers see of each other, on the real lab: faults behind everybody's back are found."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forerunner.lab import Lab
from forerunner.lab.convergence import wait_converged

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Speak = Callable[..., str]
# Longer than OSPF's dead interval in the lab.
_GONE_S = 30.0


def report(lab: Lab) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (lab.directory.parent / "reports/topology.json").read_text()
    )  # fmt: skip
    return found


@pytest.fixture
def told(lab_environment: dict[str, str]) -> Callable[..., str]:
    """What `forerunner topology` says."""

    def run(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("forerunner")), "topology", *arguments]
        environment = lab_environment | {"COLUMNS": "200"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    return run


@pytest.fixture
def mend(lab: Lab, speak: Speak) -> Iterator[None]:
    yield
    speak("r2", "configure terminal", "interface to-r3", "no shutdown")
    speak("r5", "configure terminal", "interface to-r6", "ip ospf cost 10")
    speak("r4", "configure terminal", "interface to-r5", "no ip address 10.1.99.1/30")
    speak("r4", "configure terminal", "interface to-r5", "ip address 10.1.45.1/30")
    wait_converged(lab)


def _await_gone(speak: Speak, router: str, *interfaces: str) -> None:
    deadline = time.monotonic() + _GONE_S
    while any(name in speak(router, "show ip ospf neighbor") for name in interfaces):
        assert time.monotonic() < deadline, f"{router} still has neighbours on {interfaces}"
        time.sleep(0.3)


@pytest.mark.usefixtures("mend")
def test_what_is_changed_behind_everybodys_back_is_found_and_its_history_is_kept(
    lab: Lab, playbook: Playbook, speak: Speak, told: Callable[..., str]
) -> None:
    healthy = playbook("check_topology")
    assert healthy.returncode == 0, healthy.stdout
    assert (report(lab)["differences"], len(report(lab)["observed"]["adjacencies"])) == ([], 7)
    assert report(lab)["no_arp"] == {}
    before = datetime.now(UTC).isoformat()

    speak("r2", "configure terminal", "interface to-r3", "shutdown")
    speak("r5", "configure terminal", "interface to-r6", "ip ospf cost 77")
    speak("r4", "configure terminal", "interface to-r5", "no ip address 10.1.45.1/30")
    speak("r4", "configure terminal", "interface to-r5", "ip address 10.1.99.1/30")
    _await_gone(speak, "r3", "to-r2")
    _await_gone(speak, "r5", "to-r4")
    faulty = playbook("check_topology", "--check")

    kinds = {(each["kind"], each["subject"]) for each in report(lab)["differences"]}
    assert kinds == {
        ("missing link", "r2:r3"), ("missing link", "r4:r5"),
        ("wrong cost", "r5:r6"), ("wrong subnet", "r4:r5"),
    }  # fmt: skip
    assert "r2 to-r3 is shut down" in faulty.stdout
    assert "r4 to-r5 has 10.1.99.1/30, should be 10.1.45.1/30" in faulty.stdout
    for name in ("r2", "r3", "r4", "r5"):
        assert re.search(rf"{name} .*changed=0 .*failed=1", faulty.stdout), faulty.stdout
    assert not re.search(r"r[16] .*failed=1", faulty.stdout)
    assert faulty.returncode == 2

    lines = told("--diff", before).splitlines()[1:]
    assert {line[0] for line in lines} == {"-", "~"}
    assert "- r2 to-r3 - r3 to-r2" in lines
    assert len(json.loads(told("--at", before, "--json"))["adjacencies"]) == 7
    assert len(json.loads(told("--json"))["adjacencies"]) == 5


def test_a_router_that_cannot_be_asked_is_unreachable_and_the_others_are_as_stated(
    lab: Lab, playbook: Playbook, cut_off: Callable[[str], Any]
) -> None:
    with cut_off("r6"):
        done = playbook("check_topology", "-e", "topology_check_timeout=15")

    assert report(lab)["differences"] == []
    assert re.search(r"r6 .*unreachable=1", done.stdout), done.stdout
    assert len(report(lab)["observed"]["adjacencies"]) == 7
