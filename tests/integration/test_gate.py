"""Real playbooks on real routers: whatever leaves the gate out, or meets its no, writes nothing."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from forerunner import home
from forerunner.lab import Lab

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
LINK = ("-e", "link=r1:r3")


def costs(lab: Lab) -> list[str]:
    """Return what both ends of the link say of their costs."""
    found = []
    for router, interface in (("r1", "to-r3"), ("r3", "to-r1")):
        place = lab.router_directory(router)
        command = ["vtysh", "--vty_socket", str(place), "-c", f"show ip ospf interface {interface}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found.append(said.partition("Cost: ")[2].split()[0])
    return found


@pytest.fixture
def untouched(lab: Lab) -> Iterator[None]:
    """Make sure that neither end is written to."""
    before = costs(lab)
    yield
    assert costs(lab) == before


@pytest.fixture
def forerunner(lab_environment: dict[str, str]) -> Callable[..., str]:
    """Run `forerunner gate` and return what it prints."""

    def run(*arguments: str) -> str:
        program = str(Path(sys.executable).with_name("forerunner"))
        command = [program, "gate", *arguments]
        return subprocess.run(
            command, env=lab_environment, capture_output=True, text=True, check=False
        ).stdout

    return run


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--start-at-task", "link_drain : *"), "role change_gate was left out"),
        (
            ("--start-at-task", "link_drain : *", "-e", "link_drain_token=forged"),
            "no admission has this token",
        ),
        (("-e", '{"change_gate_devices": ["r5", "r6"]}'), "is not for it"),
    ],
)
def test_a_drain_without_a_live_token_for_its_devices_writes_nothing(
    playbook: Playbook, arguments: tuple[str, ...], words: str
) -> None:
    done = playbook("drain_link", *LINK, *arguments)
    assert done.returncode == 2
    assert words in done.stdout


@pytest.mark.usefixtures("untouched")
def test_a_stop_refuses_before_the_first_connection_and_the_trail_tells(
    playbook: Playbook, forerunner: Callable[..., str]
) -> None:
    forerunner("stop", "--reason", "a test of the switch")
    try:
        done = playbook("drain_link", *LINK)
    finally:
        forerunner("go")
    assert done.returncode == 2
    assert "a test of the switch" in done.stdout
    assert "Bring the link into its state" not in done.stdout
    last = [json.loads(line) for line in forerunner("audit", "--json").splitlines()]
    assert "refused" in [entry["kind"] for entry in last]
    assert "intact" in forerunner("audit", "verify")


def with_policy(**fields: object) -> tuple[str, str]:
    """Return the arguments that change fields of the lab's policy for one run."""
    path = home.root() / "inventories/lab/group_vars/all/change_gate.yml"
    policy = yaml.safe_load(path.read_text())["change_policy"] | fields
    return "-e", json.dumps({"change_gate_policy": policy})


REFUSED = (2, True, False)


def verdict(done: "subprocess.CompletedProcess[str]", words: str) -> tuple[int, bool, bool]:
    """Return the exit code, whether it says why, and whether a task came to speak to a device."""
    spoke = "Bring the link into its state" in done.stdout
    return done.returncode, words in done.stdout, spoke


@pytest.mark.usefixtures("untouched")
def test_a_blast_radius_is_kept_before_the_first_connection(playbook: Playbook) -> None:
    done = playbook("drain_link", *LINK, *with_policy(maximum_devices=1))
    assert verdict(done, "maximum_devices") == REFUSED


@pytest.mark.usefixtures("untouched")
def test_a_freeze_refuses_before_the_first_connection(playbook: Playbook) -> None:
    freeze = {"start": "2020-01-01T00:00", "end": "2099-01-01T00:00", "reason": "the long winter"}
    done = playbook("drain_link", *LINK, *with_policy(freezes=[freeze]))
    assert verdict(done, "the long winter") == REFUSED


@pytest.mark.usefixtures("untouched")
def test_a_playbook_that_needs_an_approval_is_refused_without_one(playbook: Playbook) -> None:
    done = playbook("drain_link", *LINK, *with_policy(approval_playbooks=["drain_link"]))
    assert verdict(done, "forerunner gate approve") == REFUSED
