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


LINES = "interface GigabitEthernet0/1\n description pushed by {{7*7}}\n ip ospf cost 55\n"
IOS = "dev0001,dev0003"


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt"
    path.write_text(LINES)
    return path


def test_lines_are_pushed_once_and_stay_what_they_are(play: Play, lines: Path) -> None:
    arguments = ("-e", f"lines_file={lines}", "--limit", IOS, "--diff")
    shown = play("push_lines", *arguments, "--check")
    first, second = play("push_lines", *arguments), play("push_lines", *arguments)
    codes = [done.returncode for done in (shown, first, second)]
    assert codes == [0, 0, 0], first.stdout + first.stderr
    assert all("+   description pushed by {{7*7}}" in done.stdout for done in (shown, first))
    assert "+   description" not in second.stdout
    assert "changed=1" not in second.stdout


def test_nothing_is_pushed_without_the_gate_or_as_another_file(play: Play, lines: Path) -> None:
    lines.write_text(LINES.replace("55", "66"))
    arguments = ("-e", f"lines_file={lines}", "--limit", IOS)
    past = play("push_lines", *arguments, "--start-at-task", "Push the lines")
    other = play("push_lines", *arguments, "-e", "device_lines_sha256=" + 64 * "0")
    assert "role change_gate was left out" in past.stdout
    assert "is not what passed the gate any more" in other.stdout
    shown = play("push_lines", *arguments, "--check", "--diff")
    assert "+   ip ospf cost 66" in shown.stdout


def test_what_a_device_refuses_is_put_back_and_a_guarded_one_is_turned_away(
    play: Play, lines: Path
) -> None:
    lines.write_text(LINES.replace("55", "77") + " no-such-thing at all\n")
    refused = play("push_lines", "-e", f"lines_file={lines}", "--limit", "dev0001")
    frr = play("push_lines", "-e", f"lines_file={lines}", "--limit", "dev0002")
    assert refused.returncode == 2
    assert "no-such-thing" in refused.stdout + refused.stderr or "% " in refused.stdout
    assert "put back" in refused.stdout
    assert "it is a frr; configure it from the inventory" in frr.stdout


@pytest.mark.parametrize("line", ["no shutdown", "snmp-server user a b v3 auth md5 canary"])
def test_a_line_that_does_not_show_is_not_taken_for_there(
    play: Play, lines: Path, line: str
) -> None:
    lines.write_text(f"interface GigabitEthernet0/1\n {line}\n" if line[:2] == "no" else line)
    done = play("push_lines", "-e", f"lines_file={lines}", "--limit", "dev0001")
    assert done.returncode == 2
    assert "do not show in what it runs" in done.stdout
    assert "canary" not in done.stdout
