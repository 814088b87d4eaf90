"""A running network becomes an inventory, and that renders what runs: on real routers."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forerunner.configure.passes import PASSES
from forerunner.dialects import frr
from forerunner.lab import Lab
from forerunner.lab.daemons import ask

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]


def running(lab: Lab, router: str) -> str:
    return frr.running_config(ask(lab, router, frr.SHOW_RUNNING_CONFIG))


def imported(lab: Lab, playbook: Playbook, directory: Path, *arguments: str) -> str:
    given = ("-e", f"inventory_import_directory={directory}", *arguments)
    done = playbook("import_network", *given)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_import_and_render_come_round_on_real_routers(
    lab: Lab, playbook: Playbook, tmp_path: Path
) -> None:
    inventory, out = tmp_path / "inventory", tmp_path / "rendered"
    assert "changed=1" in imported(lab, playbook, inventory)
    rendered = playbook("render_configs", "-i", str(inventory), "-e", f"intent_directory={out}")
    assert rendered.returncode == 0, rendered.stdout
    differences = {
        router: frr.differences(running(lab, router), (out / f"{router}.conf").read_text())
        for router in lab.routers
    }
    assert differences == dict.fromkeys(lab.routers, "")
    assert "changed=0" in imported(lab, playbook, inventory)


def test_remediation_and_rollback_come_round_on_a_real_router(lab: Lab) -> None:
    before = running(lab, "r2")
    intended = (
        before.replace("ip ospf cost 10", "ip ospf cost 20", 1)
        .replace(" description link", " description the link", 1)
        .replace(
            "router ospf\n", "ip prefix-list P seq 5 permit 192.0.2.0/24 le 28\n!\nrouter ospf\n"
        )
        .replace("ip route 172.20.2.0/24 blackhole", "ip route 172.20.2.0/24 blackhole 200")
    )
    assert before != intended
    for target in (intended, before):
        for _ in range(PASSES):
            commands = frr.changes(running(lab, "r2"), target)
            if commands:
                ask(lab, "r2", *frr.configure(commands).splitlines())
        assert frr.differences(running(lab, "r2"), target) == ""
