import json
import shutil
import stat
from pathlib import Path

import pytest
import yaml

from forerunner import home
from forerunner.lab import Lab, access
from forerunner.lab import lab as lab_module
from forerunner.lab.journal import Journal

CASE = home.root() / "tests" / "golden" / "frr" / "router_with_host" / "vars.yml"


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(lab_module, "RUN", tmp_path / "run")
    network = yaml.safe_load(CASE.read_text())["network"]
    lab = Lab.wanted("fr7", "198.18.7.0/24", tmp_path / "lab", network)
    access.write_keys(lab, Journal.create(lab.state))
    return lab


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
def test_no_key_stands_on_a_command_line(lab: Lab) -> None:
    user = json.loads((lab.state / "snmp-cache.json").read_text())
    configuration = lab.state / "snmp.conf"

    words = " ".join(access.quickening(lab, "r1"))

    keys = [user["auth_key"], user["privacy_key"]]
    assert [key for key in keys if key in words] == []
    assert [key for key in keys if key not in configuration.read_text()] == []
    assert f"SNMPCONFPATH={configuration.parent}" in words


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not installed")
def test_only_root_may_read_keys(lab: Lab) -> None:
    private = [lab.state / "snmp-cache.json", lab.state / "snmp.conf", lab.directory / "snmp.json"]

    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
