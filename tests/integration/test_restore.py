"""Restoring a real router from its history, and the drill that proves it."""

import subprocess
from collections.abc import Callable

import pytest

from forerunner.lab import Lab
from forerunner.lab.daemons import ask
from forerunner.trials.routers import running

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
STRAY = "ip prefix-list stray seq 5 permit 10.0.0.0/8"


def test_a_router_goes_back_to_its_backup_by_the_guarded_way(lab: Lab, playbook: Playbook) -> None:
    before = running(lab, "r5")
    assert playbook("backup_configs", "--limit", "r5").returncode == 0
    ask(lab, "r5", "configure terminal", STRAY, "interface to-r6", "no description")

    foretold = playbook("restore_config", "-e", "device=r5", "--check", "--diff")
    assert STRAY in running(lab, "r5")
    done = playbook("restore_config", "-e", "device=r5", "--diff")

    assert (foretold.returncode, done.returncode) == (0, 0)
    assert f"- {STRAY}" in foretold.stdout
    assert f"- {STRAY}" in done.stdout
    assert running(lab, "r5") == before


def test_a_point_that_is_not_in_history_is_refused(lab: Lab, playbook: Playbook) -> None:
    done = playbook("restore_config", "-e", "device=r5", "-e", "at=2001-01-01T00:00")

    assert done.returncode == 2
    assert "there is no backup of r5 at 2001-01-01T00:00" in done.stdout


def test_the_drill_wipes_only_when_it_is_told_to_and_proves_the_neighbours(
    lab: Lab, playbook: Playbook
) -> None:
    before = running(lab, "r4")

    told = playbook("drill_restore", "-e", "device=r4")
    done = playbook("drill_restore", "-e", "device=r4", "-e", "restore_drill_allow_wipe=true", "-v")
    never = playbook("drill_restore", "-e", "device=r4", "-e", "restore_drill_expendable=false")

    assert "would be wiped" not in done.stdout
    assert (told.returncode, done.returncode, never.returncode) == (0, 0, 2)
    assert "all neighbours back (7)" in done.stdout
    assert "does not set restore_drill_expendable" in never.stdout
    assert running(lab, "r4") == before
