"""Configuring the real lab from its inventory."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forerunner import home
from forerunner.lab import Lab

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]


def vtysh(lab: Lab, router: str, *commands: str) -> str:
    options = ["--vty_socket", str(lab.router_directory(router)), "-c", "\n".join(commands)]
    return subprocess.run(["vtysh", *options], capture_output=True, text=True, check=True).stdout


def running(lab: Lab, router: str) -> str:
    return vtysh(lab, router, "show running-config")


@pytest.fixture
def drifted(lab: Lab) -> Iterator[None]:
    """Give r2 a description too many, another cost and a missing neighbour description."""
    vtysh(
        lab,
        "r2",
        "configure terminal",
        "ip prefix-list stray seq 5 permit 10.0.0.0/8",
        "interface to-r3",
        "ip ospf cost 77",
        "interface to-r1",
        "no description",
    )
    yield
    vtysh(lab, "r2", "configure terminal", "interface to-r3", "ip ospf cost 10")


def lines(done: "subprocess.CompletedProcess[str]") -> list[str]:
    return [line for line in done.stdout.splitlines() if line[:2] in ("+ ", "- ")]


def test_the_lab_is_as_its_inventory_means_it(lab: Lab, playbook: Playbook) -> None:
    done = playbook("configure_devices", "--check", "--diff")
    assert (done.returncode, lines(done)) == (0, [])
    assert "changed=1" not in done.stdout


def test_a_section_of_a_host_of_its_own_is_planned_checked_for_and_applied_alike(
    lab: Lab, playbook: Playbook, lab_environment: dict[str, str]
) -> None:
    routes = [{"prefix": "10.66.0.0/16", "discard": True}]
    own = ("--limit", "r2", "-e", json.dumps({"intent_static_routes": routes}))
    foretold = playbook("configure_devices", "--check", "--diff", *own)
    assert "+ ip route 10.66.0.0/16 blackhole" in lines(foretold), foretold.stdout
    for name in ("plan_config", "check_drift"):
        done = playbook(name, *own)
        assert "+ ip route 10.66.0.0/16 blackhole" in done.stdout, done.stdout
    # Nobody is to find these plans and apply them.
    shutil.rmtree(Path(lab_environment["FORERUNNER_VAR"], "plans"))


@pytest.mark.usefixtures("drifted")
def test_the_check_diff_is_the_applied_diff_and_a_second_run_changes_nothing(
    lab: Lab, playbook: Playbook
) -> None:
    before = running(lab, "r2")
    foretold = playbook("configure_devices", "--check", "--diff")
    assert running(lab, "r2") == before
    done = playbook("configure_devices", "--diff")
    assert (done.returncode, lines(done)) == (0, lines(foretold))
    assert lines(done) == [
        "+   description link r1:r2",
        "-   ip ospf cost 77",
        "+   ip ospf cost 10",
        "- ip prefix-list stray seq 5 permit 10.0.0.0/8",
    ]
    again = playbook("configure_devices", "--diff")
    assert (again.returncode, lines(again)) == (0, [])


def test_without_consent_a_device_that_differs_fails(
    lab: Lab, playbook: Playbook, drifted: None
) -> None:
    done = playbook("configure_devices", "-e", "device_config_allow_change=false")
    assert done.returncode == 2
    assert "device_config_allow_change is not set" in done.stdout
    assert "ip ospf cost 77" in running(lab, "r2")
    assert playbook("configure_devices").returncode == 0


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the templates to spoil; FORERUNNER_HOME makes it count."""
    shutil.copytree(home.root() / "templates", tmp_path / "templates")
    return tmp_path


def spoil(templates: Path, line: str) -> None:
    template = templates / "templates" / "frr" / "frr.conf.j2"
    template.write_text(template.read_text().removesuffix("end\n") + f"{line}\nend\n")


def test_a_line_that_the_router_rejects_fails_it_and_is_named(
    lab: Lab, playbook: Playbook, templates: Path
) -> None:
    spoil(templates, "ip prefix-list new seq 5 perrmit any")
    arguments = ("--limit", "r2", "--diff")
    done = playbook("configure_devices", *arguments, FORERUNNER_HOME=str(templates))
    assert done.returncode == 2
    assert re.search(r"r2 .*changed=0 .*failed=1", done.stdout)
    assert "% Unknown command: ip prefix-list new seq 5 perrmit any" in done.stdout


def test_a_line_that_the_router_would_misread_is_not_written(
    lab: Lab, playbook: Playbook, templates: Path
) -> None:
    spoil(templates, "ip route 10.99.0.0/24 bogus!")
    done = playbook("configure_devices", "--limit", "r2", FORERUNNER_HOME=str(templates))
    assert done.returncode == 2
    assert "would take ip route 10.99.0.0/24 bogus! as something else" in done.stdout
    assert "bogus" not in running(lab, "r2")


def test_data_that_does_not_fit_is_one_clear_error(lab: Lab, playbook: Playbook) -> None:
    done = playbook("configure_devices", "-e", '{"device_config_network": {"links": []}}')
    assert done.returncode == 2
    assert "network_data" in done.stdout + done.stderr


def test_a_drained_link_stays_drained_and_is_said_to_be(lab: Lab, playbook: Playbook) -> None:
    assert playbook("drain_link", "-e", "link=r1:r3").returncode == 0
    try:
        done = playbook("configure_devices")
        assert (done.returncode, "changed=1" in done.stdout) == (0, False)
        assert "drained and left so: to-r3" in done.stdout + done.stderr
        assert "ip ospf cost 65535" in running(lab, "r1")
    finally:
        assert playbook("undrain_link", "-e", "link=r1:r3").returncode == 0
