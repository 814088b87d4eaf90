import os
import sys

import pytest

from forerunner.lab import preflight
from forerunner.lab.errors import LabError


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
    monkeypatch.setattr(preflight, "_PROGRAMS", programs)

    with pytest.raises(LabError, match=r"apt-get install frr snmpd$"):
        preflight.check_machine()
