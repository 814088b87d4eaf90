"""Building and removing a lab of its own, so that the session's stays whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner.lab import Lab
from forerunner.lab.commands import run
from forerunner.lab.journal import namespace_identity

pytestmark = pytest.mark.lab
INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 90) + 1
NAME = f"fr{INDEX}"

Run = Callable[[str], Any]


@pytest.fixture
def own(playbook: Callable[..., Any], lab: Lab, tmp_path: Path) -> Iterator[Run]:
    def run_own(name: str) -> Any:
        return playbook(name, FORERUNNER_LAB_INDEX=str(INDEX), FORERUNNER_VAR=str(tmp_path))

    yield run_own
    run_own("remove_lab")


@pytest.fixture
def foreign() -> set[str]:
    """What FRR of somebody else left behind on this machine before the test."""
    return crash_logs()


def crash_logs() -> set[str]:
    """Where FRR keeps the crash logs of daemons that have no /var/tmp of their own."""
    return {str(path) for path in Path("/var/tmp").glob("frr/*")}


def traces(foreign: set[str]) -> dict[str, list[str]]:
    """Everything on the machine that bears the lab's name, and FRR's new files that bear none."""
    found = {
        "namespaces": run("ip", "netns", "list").split("\n"),
        "links": run("ip", "-o", "link", "show").split("\n"),
        "routes": [line for line in run("ip", "route").split("\n") if f"198.18.{INDEX}." in line],
        "run": [str(path) for path in Path("/run/forerunner").glob("*")],
        "users": [str(path) for path in Path("/etc/netns").glob("*")],
        "processes": run("ps", "-eww", "-o", "args").split("\n"),
    }
    mine = {key: [x for x in lines if NAME in x] for key, lines in found.items()}
    return mine | {"routes": found["routes"], "frr": sorted(crash_logs() - foreign)}


NOTHING: dict[str, list[str]] = {
    key: [] for key in ("namespaces", "links", "routes", "run", "users", "processes", "frr")
}


def test_removal_leaves_nothing(own: Run, foreign: set[str]) -> None:
    built = own("build_lab")
    assert built.returncode == 0, built.stdout
    removed = own("remove_lab")

    assert removed.returncode == 0, removed.stdout
    assert traces(foreign) == NOTHING
    assert "changed=0" in own("remove_lab").stdout


@pytest.mark.parametrize(
    "sign",
    ["journal", "r6/sshd_config", "r1/zebra.pid", "manifest.json"],
    ids=["namespaces", "files", "daemons", "converging"],
)
def test_removal_after_a_crash_at_any_step_leaves_nothing(
    sign: str, own: Run, lab: Lab, foreign: set[str], tmp_path: Path
) -> None:
    script = (
        "from pathlib import Path; from forerunner.lab import Lab, build;"
        f"network = {lab.network!r};"
        f"build(Lab.wanted({NAME!r}, '198.18.{INDEX}.0/24', Path({str(tmp_path / 'lab')!r}),"
        " network))"
    )
    builder = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 30
    while not (Path("/run/forerunner", NAME) / sign).exists():
        assert time.monotonic() < deadline
        assert builder.poll() is None
        time.sleep(0.001)
    os.kill(builder.pid, signal.SIGKILL)
    builder.wait()

    removed = own("remove_lab")

    assert removed.returncode == 0, removed.stdout
    assert traces(foreign) == NOTHING


def test_a_lab_that_a_crash_cut_short_is_built_anew(own: Run) -> None:
    assert own("build_lab").returncode == 0
    Path("/run/forerunner", NAME, "manifest.json").unlink()

    again = own("build_lab")

    assert "changed=1" in again.stdout, again.stdout
    assert Lab.open(INDEX).is_up


def test_a_foreign_namespace_is_refused_and_left_alone(own: Run) -> None:
    foreign = f"{NAME}-r1"
    run("ip", "netns", "add", foreign)
    before = namespace_identity(foreign)
    try:
        built, removed = own("build_lab"), own("remove_lab")

        assert built.returncode != 0
        assert f"network namespace {foreign} exists and no journal says we made it" in built.stdout
        assert removed.returncode == 0
        assert namespace_identity(foreign) == before
        assert not Path("/run/forerunner", NAME).exists()
    finally:
        run("ip", "netns", "delete", foreign)


def test_two_labs_may_not_share_their_keys(playbook: Callable[..., Any], lab: Lab) -> None:
    known_hosts = lab.known_hosts.read_text()

    built = playbook("build_lab", FORERUNNER_LAB_INDEX=str(INDEX))

    assert built.returncode != 0
    assert f"holds the keys of lab {lab.name}" in built.stdout
    assert lab.known_hosts.read_text() == known_hosts
    assert not Path("/run/forerunner", NAME).exists()


def test_a_management_network_in_use_is_refused_and_left_alone(own: Run) -> None:
    run("ip", "link", "add", "foreign0", "type", "veth", "peer", "name", "foreign1")
    run("ip", "addr", "add", f"198.18.{INDEX}.200/24", "dev", "foreign0")
    try:
        built = own("build_lab")

        assert built.returncode != 0
        assert f"198.18.{INDEX}.200 of 198.18.{INDEX}.0/24 is on interface foreign0" in built.stdout
        assert f"198.18.{INDEX}.200" in run("ip", "addr", "show", "foreign0")
    finally:
        run("ip", "link", "delete", "foreign0")


def test_a_namespace_that_was_replaced_after_the_build_is_left_alone(own: Run) -> None:
    assert own("build_lab").returncode == 0
    foreign = f"{NAME}-h2"
    run("ip", "netns", "delete", foreign)
    run("ip", "netns", "add", foreign)
    try:
        assert own("remove_lab").returncode == 0
        assert namespace_identity(foreign) != 0
    finally:
        run("ip", "netns", "delete", foreign)
