"""Backing up the real lab."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner.lab import Lab

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def directory(lab: Lab) -> Path:
    return lab.directory.parent / "backups"


def commits(directory: Path) -> list[str]:
    log = ["git", "-C", str(directory), "log", "--format=%s"]
    return subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_second_backup_changes_nothing_and_check_stores_nothing(
    lab: Lab, playbook: Playbook, directory: Path
) -> None:
    foretold = playbook("backup_configs", "--check")
    assert (foretold.returncode, directory.exists()) == (0, False)
    assert re.search(r"changed=1", foretold.stdout)
    first = playbook("backup_configs")
    assert (first.returncode, len(commits(directory))) == (0, 1)
    assert (directory / "r3.cfg").read_text().endswith("end\n")
    second = playbook("backup_configs")
    assert (second.returncode, len(commits(directory))) == (0, 1)
    assert "changed=1" not in second.stdout


def test_a_dead_router_fails_as_itself_and_the_rest_is_backed_up(
    lab: Lab, playbook: Playbook, directory: Path, cut_off: Callable[[str], Any]
) -> None:
    stored = (directory / "r5.cfg").read_text()
    for name in ("r2", "r5"):
        (directory / f"{name}.cfg").write_text("changed meanwhile\n")
    with cut_off("r5"):
        done = playbook("backup_configs", "-e", "config_backup_timeout=4")
    assert done.returncode == 4
    assert re.search(r"r5 .*unreachable=1 +failed=0", done.stdout)
    assert not re.search(r"r2 .*(?:unreachable|failed)=1", done.stdout)
    assert "changed meanwhile" not in (directory / "r2.cfg").read_text()
    playbook("backup_configs", "--limit", "r5")
    assert (directory / "r5.cfg").read_text() == stored


def test_a_stale_backup_fails_its_router_and_a_fresh_one_does_not(
    lab: Lab, playbook: Playbook, directory: Path
) -> None:
    fresh = playbook("check_backups")
    assert (fresh.returncode, "6 devices: 6 fresh" in fresh.stdout) == (0, True), fresh.stdout
    file = directory / ".freshness.json"
    before = json.loads(file.read_text())
    old = {**before["r2"], "good_at": before["r2"]["good_at"] - 100_000}
    file.write_text(json.dumps({**before, "r2": old} | {"r4": {**before["r4"], "good_at": None}}))
    try:
        done = playbook("check_backups", "--check")
    finally:
        file.write_text(json.dumps(before))
    bad = set(re.findall(r"^(r\d) .*failed=1", done.stdout, re.MULTILINE))
    assert (done.returncode, bad) == (2, {"r2", "r4"})
    assert "r2: stale, last good 1 d ago" in done.stdout
    report = json.loads((directory.parent / "reports/backups.json").read_text())
    assert report["counts"] == {"never": 1, "stale": 1, "fresh": 4}


def test_a_limit_backs_up_that_router_alone(lab: Lab, playbook: Playbook, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    done = playbook("backup_configs", "--limit", "r1", "-e", f"config_backup_directory={target}")
    assert done.returncode == 0
    assert [path.name for path in target.glob("*.cfg")] == ["r1.cfg"]


def test_no_router_at_all_is_a_failure(lab: Lab, playbook: Playbook) -> None:
    assert playbook("backup_configs", "--limit", "h1").returncode == 2


def test_no_secret_is_in_git_logs_or_on_the_screen(
    lab: Lab, playbook: Playbook, directory: Path, speak: Callable[..., str]
) -> None:
    canary = "CANARYk3y"
    # No neighbour is asked for it, for authentication is not turned on.
    key = f"ip ospf message-digest-key 9 md5 {canary}"
    speak("r3", "configure terminal", "interface to-r4", key)
    try:
        done = playbook("backup_configs", "--diff", "-vvv")
        log = ["git", "-C", str(directory), "log", "-p", "--all", "--text"]
        history = subprocess.run(log, capture_output=True, text=True, check=True).stdout
        files = [path for path in directory.parent.rglob("*") if path.is_file()]
        leaks = [path for path in files if canary.encode() in path.read_bytes()]
        assert done.returncode == 0
        assert re.search(r"\+ +ip ospf message-digest-key 9 md5 <secret:[0-9a-f]{12}>", done.stdout)
        assert (canary in done.stdout + done.stderr, canary in history, leaks) == (False, False, [])
    finally:
        speak("r3", "configure terminal", "interface to-r4", "no ip ospf message-digest-key 9")
        playbook("backup_configs")
