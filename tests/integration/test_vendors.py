"""napalm-ansible's modules under today's ansible-core, against NAPALM's mock driver."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from napalm_ansible import modules

from forerunner import home

SECRET = "canary-of-a-vendor"


def compare(directory: Path, **answers: object) -> "subprocess.CompletedProcess[str]":
    for method in ("load_replace_candidate", "discard_config"):
        (directory / f"{method}.1").write_text("{}")
    for method, answer in answers.items():
        (directory / f"{method}.1").write_text(json.dumps(answer))
    (directory / "v1.conf").write_text("hostname v1\n")
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    inventory = "tests/integration/vendors/hosts.yml"
    return subprocess.run(
        [program, "-M", *modules.__path__, "-i", inventory, "playbooks/compare_vendors.yml"],
        cwd=home.root(),
        env={**os.environ, "MOCK": str(directory), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


def test_a_difference_is_told_kept_private_and_never_committed(tmp_path: Path) -> None:
    # There is no answer to commit_config: a commit would fail.
    done = compare(tmp_path, compare_config={"diff": f"+ password {SECRET}"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "v1: differs, see" in done.stdout
    assert "changed=0" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    kept = tmp_path / "differences" / "v1.diff"
    assert kept.read_text() == f"+ password {SECRET}"
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ({"compare_config": {"diff": ""}}, 0, "v1: as intended"),
        ({"load_replace_candidate": {"exception": "builtins.ValueError"}}, 2, "failed=1"),
    ],
)
def test_no_difference_and_a_refusal_are_told_apart(
    tmp_path: Path, answers: dict[str, object], status: int, said: str
) -> None:
    done = compare(tmp_path, **answers)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr
