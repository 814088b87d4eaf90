import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner.dialects import frr
from forerunner.lab import Lab, wait_converged
from forerunner.lab.commands import run
from forerunner.lab.convergence import is_converged
from forerunner.lab.daemons import ask, daemons
from forerunner.render import router_config, router_data

pytestmark = pytest.mark.lab


def changed(output: str) -> int:
    match = re.search(r"changed=(\d+)", output)
    assert match, output
    return int(match[1])


def test_the_lab_converges(lab: Lab) -> None:
    assert wait_converged(lab, 10.0) < 10.0


def test_every_router_runs_what_was_rendered(lab: Lab) -> None:
    wanted = router_config("frr", router_data("r1", lab.network))
    answer = ask(lab, "r1", "show running-config")
    running = frr.running_config(answer).partition("traditional\n")[2]

    assert running == wanted.partition("traditional\n")[2]


def test_traffic_takes_the_chord_and_bgp_has_prefixes_of_its_own(lab: Lab) -> None:
    route = run("ip", "-n", lab.namespace("r1"), "route", "get", lab.host_address("h2"))
    deadline = time.monotonic() + 15
    while "172.20.4.0/24" not in ask(lab, "r1", "show ip route bgp"):
        assert time.monotonic() < deadline, "no BGP route within 15 s"
        time.sleep(0.2)

    assert "dev to-r3" in route
    assert "172.20.4.0/24" not in ask(lab, "r1", "show ip route ospf")


def test_a_second_build_changes_nothing(lab: Lab, playbook: Callable[..., Any]) -> None:
    again = playbook("build_lab")

    assert (again.returncode, changed(again.stdout)) == (0, 0), again.stdout


def test_a_dead_daemon_is_found_and_started_again(lab: Lab, playbook: Callable[..., Any]) -> None:
    ospfd = next(daemon for daemon in daemons(lab, "r5") if daemon.name == "ospfd")
    os.kill(int(ospfd.pid_file.read_text()), signal.SIGKILL)

    check = playbook("build_lab", "--check")
    assert changed(check.stdout) == 1
    assert not is_converged(lab), "a dry run must not mend anything"
    mended = playbook("build_lab")

    assert (mended.returncode, changed(mended.stdout)) == (0, 1), mended.stdout
    assert is_converged(lab)
    assert changed(playbook("build_lab").stdout) == 0


def test_another_checkout_may_not_touch_it(
    lab: Lab, playbook: Callable[..., Any], tmp_path: Path
) -> None:
    for name in ("build_lab", "remove_lab"):
        result = playbook(name, FORERUNNER_HOME=str(tmp_path))

        assert result.returncode != 0
        assert f"lab {lab.name} belongs to the checkout" in result.stdout
    assert is_converged(lab)
