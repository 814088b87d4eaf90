"""A machine that cannot hold a shadow says so, and which package or right it lacks."""

import os
from pathlib import Path

import pytest

from forerunner.shadow import NoShadow, UnlikeDevice, machine
from forerunner.shadow.machine import Machine, check_machine, check_version

HERE = Machine(Path("/usr/lib/frr"), "8.4.4", 100, 100)


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def daemon(directory: Path, text: str) -> None:
    (directory / "zebra").write_text(f"#!/bin/sh\n{text}\n")
    (directory / "zebra").chmod(0o755)


def test_who_is_not_root_is_told_to_become_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoShadow, match=r"sudo .*plan_config"):
        check_machine()


@pytest.mark.usefixtures("root")
def test_a_missing_frr_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoShadow, match=r"apt-get install .*frr"):
        check_machine(tmp_path)


@pytest.mark.usefixtures("root")
def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    daemon(tmp_path, "echo zebra version 8.4.4")
    monkeypatch.setattr(machine.shutil, "which", lambda name: name != "nsenter")
    with pytest.raises(NoShadow, match=r"apt-get install .*util-linux"):
        check_machine(tmp_path)


@pytest.mark.usefixtures("root")
def test_frr_that_does_not_tell_its_version_is_not_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    daemon(tmp_path, "echo nothing")
    monkeypatch.setattr(machine.shutil, "which", lambda name: name)
    with pytest.raises(NoShadow, match="does not tell its version"):
        check_machine(tmp_path)


@pytest.mark.parametrize(
    ("running", "theirs"),
    [("frr version 8.4.40\nend\n", "8.4.40"), ("hostname r1\nend\n", "of no stated version")],
)
def test_another_version_is_refused(running: str, theirs: str) -> None:
    with pytest.raises(UnlikeDevice, match=rf"^r1: it runs FRR {theirs}, .* run 8\.4\.4,"):
        check_version("r1", HERE, running)


def test_the_same_version_is_taken() -> None:
    check_version("r1", HERE, "!\nfrr version 8.4.4\nend\n")
