"""Drift on the real lab: found by meaning, offered back as a plan, and never written."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner.configure.plan import open_plan
from forerunner.lab import Lab

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Speak = Callable[..., str]
CANARY = "CANARYk3y"


def report(lab: Lab) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((lab.directory.parent / "reports/drift.json").read_text())
    return data


def states(lab: Lab) -> dict[str, str]:
    return {each["name"]: each["state"] for each in report(lab)["devices"]}


@pytest.fixture
def drifted(lab: Lab, speak: Speak) -> Iterator[None]:
    """Give r2 another cost, a key and a stray list behind everybody's back."""
    key = f"ip ospf message-digest-key 9 md5 {CANARY}"
    stray = "ip prefix-list stray seq 5 permit 10.0.0.0/8"
    speak("r2", "configure terminal", stray, "interface to-r3", "ip ospf cost 77", key)
    yield
    gone = ("no ip prefix-list stray", "interface to-r3", "ip ospf cost 10")
    speak("r2", "configure terminal", *gone, "no ip ospf message-digest-key 9")


def test_a_lab_as_its_inventory_means_it_is_in_line(lab: Lab, playbook: Playbook) -> None:
    plans = set((lab.directory.parent / "plans").glob("*"))
    done = playbook("check_drift")
    assert (done.returncode, set(states(lab).values())) == (0, {"in line"})
    assert report(lab)["remedy"] is None
    assert set((lab.directory.parent / "plans").glob("*")) == plans


@pytest.mark.usefixtures("drifted")
def test_a_drifted_router_fails_as_itself_and_a_plan_would_bring_it_back(
    lab: Lab, playbook: Playbook, speak: Speak, cut_off: Callable[[str], Any]
) -> None:
    before = speak("r2", "show running-config")
    with cut_off("r5"):
        done = playbook("check_drift", "-e", "config_drift_timeout=6")
    assert re.search(r"r2 .*changed=0 .*failed=1", done.stdout), done.stdout
    assert re.search(r"r5 .*unreachable=1", done.stdout)
    found = states(lab)
    assert (found.pop("r2"), found.pop("r5")) == ("drifted", "unreachable")
    assert set(found.values()) == {"in line"}
    said = re.search(r"configure_devices.yml -e plan_file=(\S+\.json)", done.stdout)
    assert said
    opened = open_plan(Path(said[1]))
    assert opened.plan.limit == ("r2",)
    assert " ip ospf cost 10" in opened.path.with_suffix("").joinpath("r2.conf").read_text()
    assert speak("r2", "show running-config") == before


@pytest.mark.usefixtures("drifted")
def test_the_difference_is_by_meaning_and_tells_no_secret(lab: Lab, playbook: Playbook) -> None:
    done = playbook("check_drift", "--check", "--limit", "r2", "-vvv")
    (device,) = report(lab)["devices"]
    lines = re.sub(r"<secret:\w+>", "<secret>", device["difference"]).splitlines()
    assert lines == [
        "  interface to-r3",
        "-   ip ospf cost 77",
        "+   ip ospf cost 10",
        "-   ip ospf message-digest-key 9 md5 <secret>",
        "- ip prefix-list stray seq 5 permit 10.0.0.0/8",
    ]
    reports = (lab.directory.parent / "reports").glob("drift.*")
    shown = "".join(path.read_text() for path in reports) + done.stdout + done.stderr
    assert (CANARY in shown, "message-digest-key" in shown) == (False, True)


def test_a_drained_link_is_no_drift_and_what_else_differs_is(
    lab: Lab, playbook: Playbook, speak: Speak
) -> None:
    drain = ("configure terminal", "interface to-r3", "ip ospf cost 65535")
    speak("r1", *drain)
    try:
        done = playbook("check_drift", "--limit", "r1")
        assert (done.returncode, report(lab)["devices"][0]["drained"]) == (0, ["to-r3"])
        speak("r1", *drain[:2], "description by hand")
        assert playbook("check_drift", "--limit", "r1").returncode == 2
    finally:
        speak("r1", *drain[:2], "ip ospf cost 10", "description link r1:r3")


def test_no_router_at_all_is_a_failure(lab: Lab, playbook: Playbook) -> None:
    assert playbook("check_drift", "--limit", "h1").returncode == 2
