"""Many simulated devices through the playbooks: faults among them, and strict host keys."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forerunner import home

Play = Callable[..., "subprocess.CompletedProcess[str]"]
SIZE = 24
FAULTS = '{"dead": 1, "slow": 1, "impostor": 1, "cut": 1}'


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def play(var: Path) -> Iterator[Play]:
    """Run a playbook on a fleet of two dozen devices, four of them faulty."""
    environment = {
        **os.environ,
        "FORERUNNER_VAR": str(var),
        "FORERUNNER_FLEET_INDEX": os.environ.get("FORERUNNER_TEST_LAB_INDEX") or "91",
        "ANSIBLE_NOCOLOR": "1",
    }

    def run(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        command = [program, "-i", "inventories/fleet", f"playbooks/{name}.yml", *arguments]
        return subprocess.run(
            command, cwd=home.root(), env=environment, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip

    wanted = f'{{"fleet_size": {SIZE}, "simulated_fleet_faults": {FAULTS}}}'
    started = run("start_fleet", "-e", wanted)
    assert started.returncode == 0, started.stdout + started.stderr
    yield run
    assert run("stop_fleet").returncode == 0


def recap(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    rows = re.findall(r"^(dev\d+) +: (.*)$", done.stdout, re.MULTILINE)
    return dict(rows)


def test_bad_devices_fail_as_themselves_and_the_rest_is_backed_up(play: Play, var: Path) -> None:
    done = play("backup_configs", "-e", "config_backup_timeout=20")
    assert done.returncode == 4, done.stdout + done.stderr
    stored = {path.stem for path in (var / "fleet" / "backups").glob("*.cfg")}
    bad = {name for name, row in recap(done).items() if "unreachable=1" in row}
    assert bad == {"dev0021", "dev0023", "dev0024"}
    assert stored == {f"dev{n:04}" for n in range(1, SIZE + 1)} - bad
    assert all("end" in (var / "fleet/backups" / f"{name}.cfg").read_text()[-8:] for name in stored)


def test_an_impostor_is_not_spoken_to(play: Play, var: Path) -> None:
    done = play("backup_configs", "--limit", "dev0023")
    assert done.returncode == 4
    assert "its host key is not the one that is known" in done.stdout
    assert not (var / "fleet" / "backups" / "dev0023.cfg").exists()


def test_a_device_whose_key_nobody_knows_is_not_spoken_to(play: Play, var: Path) -> None:
    known = var / "fleet" / "known_hosts"
    lines = known.read_text()
    known.write_text("".join(lines.splitlines(keepends=True)[1:]))
    try:
        done = play("backup_configs", "--limit", "dev0001")
    finally:
        known.write_text(lines)
    assert done.returncode == 4
    assert "there is no host key for" in done.stdout


def test_a_second_backup_changes_nothing(play: Play) -> None:
    done = play("backup_configs", "--limit", "dev0001,dev0002,dev0003")
    assert (done.returncode, "changed=1" in done.stdout) == (0, False)


def test_starting_a_fleet_that_runs_changes_nothing(play: Play) -> None:
    wanted = f'{{"fleet_size": {SIZE}, "simulated_fleet_faults": {FAULTS}}}'
    done = play("start_fleet", "-e", wanted)
    assert (done.returncode, "changed=0" in done.stdout) == (0, True)
