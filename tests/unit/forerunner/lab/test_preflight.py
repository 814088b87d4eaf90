import os
import sys
from pathlib import Path

import pytest
import yaml

from forerunner import bootstrap, home
from forerunner.lab import Lab, journal, preflight
from forerunner.lab.errors import LabError, NotOurs
from forerunner.lab.journal import Entry, Journal

CASE = home.root() / "tests" / "golden" / "frr" / "router_with_host" / "vars.yml"


def test_who_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(LabError, match="needs root; try: sudo ansible-playbook"):
        preflight.check_machine()


def test_another_system_than_linux_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    with pytest.raises(LabError, match="needs Linux network namespaces"):
        preflight.check_machine()


def test_missing_packages_are_named_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    programs = {"/nowhere/one": "snmpd", "/nowhere/two": "frr", "/nowhere/three": "frr"}
    monkeypatch.setattr(preflight, "PROGRAMS", programs)

    with pytest.raises(LabError, match=r"apt-get install frr snmpd$"):
        preflight.check_machine()


def test_the_setup_brings_every_package_that_a_lab_asks_for() -> None:
    # Debian marks these essential: there is no machine without them.
    essential = {"hostname", "util-linux"}

    assert set(preflight.PROGRAMS.values()) - essential - set(bootstrap.LAB_PACKAGES) == set()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(journal, "INTERFACES", tmp_path / "net")
    monkeypatch.setattr(preflight, "NAMESPACE_FILES", tmp_path / "netns")
    monkeypatch.setattr(preflight, "_addresses", list)
    network = yaml.safe_load(CASE.read_text())["network"]
    return Lab.wanted("fr7", "198.18.7.0/24", tmp_path, network)


def stand_in(lab: Lab, what: str) -> Path:
    """Put an interface's or a directory's sign where the fixture made the lab look for it."""
    path = lab.directory / what
    path.mkdir(parents=True)
    (path / "ifindex").write_text("41\n")
    return path


@pytest.mark.parametrize(
    ("what", "act", "fault"),
    [
        ("net/fr7-mgmt0", "interface", "network interface fr7-mgmt0 exists"),
        ("netns/fr7-r1", "path", "directory .*/netns/fr7-r1 exists"),
    ],
)
def test_a_foreign_thing_is_refused_and_our_own_is_not(
    lab: Lab, what: str, act: str, fault: str
) -> None:
    path = stand_in(lab, what)
    ours = Journal.create(lab.directory / "fr7")

    with pytest.raises(NotOurs, match=f"^{fault} and no journal says we made it; .*$"):
        preflight.check_foreign(lab, ours)
    assert path.exists()
    ours.add(Entry(act, path.name if act == "interface" else str(path)))
    preflight.check_foreign(lab, ours)


@pytest.mark.parametrize("text", ['{"directory": "%s", "of": "a later version"}', "{", "[]"])
def test_a_lab_of_another_version_is_told_by_its_directory_alone(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = tmp_path / "var" / "lab"
    lab = Lab("fr98", "198.18.98.0/24", ours, home.root(), {})
    (tmp_path / "run" / "fr99").mkdir(parents=True)
    manifest = tmp_path / "run" / "fr99" / "manifest.json"
    manifest.write_text(text.replace("%s", str(ours)))
    monkeypatch.setattr(preflight, "RUN", tmp_path / "run")

    if "directory" in text:
        with pytest.raises(NotOurs, match="holds the keys of lab fr99"):
            preflight._check_directory(lab)
    else:
        preflight._check_directory(lab)
