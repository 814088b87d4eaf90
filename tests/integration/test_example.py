"""The example operator, rendered by playbook as an engineer would: no device, no lab."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from forerunner import home

EXAMPLE = home.root() / "inventories" / "example"
ROLES = {path.name for path in (home.root() / "roles").iterdir()}


@pytest.mark.slow
def test_one_fault_is_named_by_file_and_line_and_the_others_are_rendered(tmp_path: Path) -> None:
    inventory = tmp_path / "example"
    shutil.copytree(EXAMPLE, inventory)
    spoilt = inventory / "host_vars" / "vie-pe1" / "intent.yml"
    lines = spoilt.read_text().replace("acl_in: TRANSIT-IN", "acl_in: TRANSIT").splitlines()
    spoilt.write_text("\n".join(lines) + "\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", inventory,
         "playbooks/render_configs.yml", "-e", f"intent_directory={tmp_path / 'out'}"],
        cwd=home.root(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    number = 1 + next(at for at, line in enumerate(lines) if "acl_in: TRANSIT" in line)
    said = f"host_vars/vie-pe1/intent.yml:{number}: vie-pe1: intent_interfaces[4].acl_in: TRANSIT"

    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stdout
    rendered = {path.stem: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert len(rendered) == 21
    assert "vie-pe1" not in rendered
    assert "secret 10 <secret:EXAMPLE_HASH_SHA512>" in rendered["vie-core1"]


def test_no_variable_stands_in_the_list_of_hosts_and_files_are_named_after_roles() -> None:
    names = {path.stem for path in EXAMPLE.glob("*_vars/*/*.yml")}

    assert "vars:" not in (EXAMPLE / "hosts.yml").read_text()
    # What several roles share is named after what it says.
    assert names - ROLES <= {"ansible", "network", "remediation"}


def test_every_file_of_intent_tells_editors_its_schema() -> None:
    files = list(EXAMPLE.glob("*_vars/*/intent.yml"))
    line = "# yaml-language-server: $schema=../../../schema.json"

    assert [path for path in files if line not in path.read_text()] == []
    assert (EXAMPLE.parent / "schema.json").is_file()
