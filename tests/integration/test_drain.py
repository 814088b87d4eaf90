"""Draining links of the real lab by hand, and everything that must not come out of it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from forerunner import home
from forerunner.lab import Lab

pytestmark = pytest.mark.lab

Done = subprocess.CompletedProcess[str]
Playbook = Callable[..., Done]


@pytest.fixture(autouse=True)
def in_service(lab: Lab, playbook: Playbook) -> Iterator[None]:
    """Give every test a lab whose links are all in service."""
    yield
    for one, two in ((1, 3), (1, 2), (2, 3)):
        if cost(lab, one, two) != 10 or cost(lab, two, one) != 10:
            done = playbook("undrain_link", "-e", f"link=r{one}:r{two}")
            assert done.returncode == 0, done.stdout + done.stderr


def vtysh(lab: Lab, router: int, command: str) -> str:
    command_line = ["vtysh", "--vty_socket", str(lab.router_directory(f"r{router}")), "-c", command]
    return subprocess.run(command_line, capture_output=True, text=True, check=True).stdout


def cost(lab: Lab, router: int, peer: int) -> int:
    interfaces = json.loads(vtysh(lab, router, "show ip ospf interface json"))["interfaces"]
    return int(interfaces[f"to-r{peer}"]["cost"])


def costs(lab: Lab) -> tuple[int, int]:
    return cost(lab, 1, 3), cost(lab, 3, 1)


def path_leaves_by(lab: Lab) -> str:
    route = ["ip", "-n", lab.namespace("r1"), "route", "get", "10.0.0.3"]
    found = subprocess.run(route, capture_output=True, text=True, check=True).stdout
    return found.split(" dev ")[1].split()[0]


def result(done: Done) -> dict[str, Any]:
    # The first such line is the gate's, which shows nothing.
    found = re.findall(r"^(?:ok|changed): \[r\d -> localhost\] => (\{.*\})$", done.stdout, re.M)
    assert found, done.stdout + done.stderr
    data: dict[str, Any] = json.loads(found[-1])
    return data


def shown_diff(done: Done) -> list[str]:
    return [line for line in done.stdout.splitlines() if line[:1] in ("+", "-", "@")]


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_check_shows_what_a_run_then_does_and_a_second_run_does_nothing(
    lab: Lab, playbook: Playbook
) -> None:
    foretold = playbook("drain_link", "-e", "link=r1:r3", "--check", "--diff")
    assert (foretold.returncode, costs(lab)) == (0, (10, 10))
    assert path_leaves_by(lab) == "to-r3"
    done = playbook("drain_link", "-e", "link=r1:r3", "--diff", "-v")
    assert result(done)["state"] == "verified"
    assert (done.returncode, costs(lab)) == (0, (65535, 65535))
    assert path_leaves_by(lab) == "to-r2"
    assert shown_diff(foretold) == shown_diff(done) != []
    again = playbook("drain_link", "-e", "link=r3:r1", "-v")
    assert (result(again)["state"], result(again)["changed"]) == ("verified", False)
    back = playbook("undrain_link", "-e", "link=r1:r3", "-v")
    assert (result(back)["state"], costs(lab)) == ("verified", (10, 10))
    assert path_leaves_by(lab) == "to-r3"
    again = playbook("undrain_link", "-e", "link=r1:r3", "-v")
    assert (result(again)["state"], result(again)["changed"]) == ("verified", False)


def test_a_drain_that_would_cut_a_router_off_is_refused_and_touches_nothing(
    lab: Lab, playbook: Playbook
) -> None:
    assert playbook("drain_link", "-e", "link=r1:r2").returncode == 0
    done = playbook("drain_link", "-e", "link=r2:r3", "-v")
    assert done.returncode == 2
    assert result(done)["state"] == "refused"
    assert "would leave no path between r2 and r3" in done.stdout
    assert (cost(lab, 2, 3), cost(lab, 3, 2)) == (10, 10)
    assert re.search(r"r2 .*failed=1", done.stdout)
    assert re.search(r"r3 .*failed=1", done.stdout)


def test_what_loses_probes_after_the_drain_is_taken_back(lab: Lab, playbook: Playbook) -> None:
    with probes_lost(lab):
        done = playbook("drain_link", "-e", "link=r1:r3", "-v")
    assert done.returncode == 2
    assert result(done)["state"] == "undone"
    assert "link r1:r2 loses" in done.stdout
    assert costs(lab) == (10, 10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-e", "link=r1:r9"], "link 'r1:r9' is not in the inventory; it has r1:r2"),
        ([], "no link is named"),
        (["-e", "link=r1:r3", "--limit", "r1"], "--limit leaves out r3"),
        (["-e", "link=r1:r3", "--limit", "r1,r3", "-e", "plan_file=/nowhere"], "cannot be read"),
        (["-e", "link=r1:r3", "--limit", "h1"], "no host that this playbook is for was"),
        (["-e", "link=r1:r3", "--limit", "r77"], "no hosts to target"),
    ],
)
def test_what_cannot_be_meant_fails_with_a_reason(
    lab: Lab, playbook: Playbook, arguments: list[str], message: str
) -> None:
    done = playbook("drain_link", *arguments)
    assert done.returncode != 0
    assert message in " ".join((done.stdout + done.stderr).split())
    assert costs(lab) == (10, 10)


def test_a_limit_to_both_ends_is_enough(lab: Lab, playbook: Playbook) -> None:
    done = playbook("drain_link", "-e", "link=r1:r3", "--limit", "r1,r3", "-v")
    assert (done.returncode, result(done)["state"]) == (0, "verified")


def test_without_a_lab_both_ends_are_unreachable(playbook: Playbook, tmp_path: Path) -> None:
    apart = {"FORERUNNER_LAB_INDEX": "89", "FORERUNNER_VAR": str(tmp_path)}
    done = playbook("drain_link", "-e", "link=r1:r3", **apart)
    assert done.returncode == 4
    assert "build_lab.yml" in done.stdout
    assert re.search(r"r1 .*unreachable=1", done.stdout)
    assert re.search(r"r3 .*unreachable=1", done.stdout)


def test_a_host_key_that_changed_is_unreachable_and_nothing_is_touched(
    lab: Lab, playbook: Playbook, tmp_path: Path
) -> None:
    shutil.copytree(lab.directory, tmp_path / "lab")
    known = (tmp_path / "lab" / "known_hosts").read_text().splitlines()
    swapped = f"{known[0].split(' ')[0]} {known[1].split(' ', 1)[1]}"
    (tmp_path / "lab" / "known_hosts").write_text("\n".join([swapped, *known[1:]]) + "\n")
    done = playbook("drain_link", "-e", "link=r1:r3", FORERUNNER_VAR=str(tmp_path))
    assert done.returncode == 4
    assert "not the one that is known" in done.stdout
    assert re.search(r"r1 .*unreachable=1", done.stdout)
    assert costs(lab) == (10, 10)


def test_a_killed_run_is_taken_back_by_the_routers_and_a_retry_converges(
    lab: Lab, playbook: Playbook, lab_environment: dict[str, str]
) -> None:
    kill_half_way(lab, lab_environment, restore_after=4)
    assert costs(lab) == (65535, 65535)
    assert wait_for(lambda: costs(lab) == (10, 10), 9)
    done = playbook("drain_link", "-e", "link=r1:r3", "-v")
    assert (done.returncode, result(done)["state"]) == (0, "verified")
    assert costs(lab) == (65535, 65535)


def test_a_timer_of_a_killed_run_does_not_undo_the_retry(
    lab: Lab, playbook: Playbook, lab_environment: dict[str, str]
) -> None:
    kill_half_way(lab, lab_environment, restore_after=25)
    began = time.monotonic()
    done = playbook("drain_link", "-e", "link=r1:r3", "-v")
    assert time.monotonic() - began < 20
    assert (done.returncode, result(done)["state"]) == (0, "verified")
    assert not wait_for(lambda: costs(lab) != (65535, 65535), 27 - (time.monotonic() - began))


def kill_half_way(lab: Lab, environment: dict[str, str], restore_after: int) -> None:
    """Kill a drain with all its processes once it has applied, long before it is verified."""
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "playbooks/drain_link.yml",
        *("-e", "link=r1:r3", "-e", f"link_drain_restore_after={restore_after}"),
        *("-e", "link_drain_probe_duration=60"),
    ]
    process = subprocess.Popen(command, cwd=home.root(), env=environment, stdout=subprocess.DEVNULL)
    assert wait_for(lambda: costs(lab) == (65535, 65535), 30)
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        os.kill(member.pid, signal.SIGKILL)
    process.wait(10)


@contextmanager
def probes_lost(lab: Lab) -> Iterator[None]:
    """Drop a quarter of the probes, and nothing else, that r1 gets from r2."""
    rule = (
        "table netdev probes {\n"
        " chain in {\n"
        '  type filter hook ingress device "to-r2" priority 0;\n'
        "  udp sport 8620 numgen random mod 4 0 drop\n"
        "  udp sport 862 numgen random mod 4 0 drop\n"
        " }\n"
        "}\n"
    )
    run = ["ip", "netns", "exec", lab.namespace("r1"), "nft"]
    subprocess.run([*run, "-f", "-"], input=rule, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run([*run, "delete", "table", "netdev", "probes"], check=True)


@pytest.mark.parametrize(
    "around",
    [
        ["--start-at-task", "Bring the link into its state and verify it"],
        ["--skip-tags", "gate"],
    ],
)
def test_who_goes_round_the_gate_writes_nothing(
    around: list[str], lab: Lab, playbook: Playbook, lab_environment: dict[str, str]
) -> None:
    stopped = Path(lab_environment["FORERUNNER_VAR"], "gate", "stop")
    stopped.parent.mkdir(exist_ok=True)
    stopped.touch()
    try:
        done = playbook("drain_link", "-e", "link=r1:r3", *around)
    finally:
        stopped.unlink()
    assert done.returncode == 2
    assert costs(lab) == (10, 10)
    assert "kill switch" in done.stdout
