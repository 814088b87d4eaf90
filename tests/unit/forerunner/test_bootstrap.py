"""Laying the foundations: what is missing is named, and nothing of the machine's is changed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from forerunner import bootstrap

ABSENT = "no-such-package-as-this"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout with a lock of nothing at all."""
    (tmp_path / "requirements.lock").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    for name, place in {
        "ROOT": tmp_path,
        "LOCK": tmp_path / "requirements.lock",
        "ENVIRONMENT": tmp_path / ".venv",
        "STAMP": tmp_path / ".venv/.complete",
        "SETUP": tmp_path / ".cache/setup",
    }.items():
        monkeypatch.setattr(bootstrap, name, place)
    return tmp_path


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="this is no Debian")
def test_a_package_that_is_not_there_is_missing() -> None:
    assert bootstrap.missing_packages(["dpkg", ABSENT]) == [ABSENT]


def test_without_dpkg_the_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(bootstrap.Refusal, match=r"no Debian; .* frr snmpd$"):
        bootstrap.ensure_packages(["frr", "snmpd"])


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="this is no Debian")
def test_without_root_and_sudo_the_missing_are_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dpkg-query").symlink_to("/usr/bin/dpkg-query")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    code = bootstrap.main(["packages", "dpkg", ABSENT])

    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert line == f"forerunner: no root and no sudo; ask for: apt-get install {ABSENT}"


def test_what_is_optional_is_named_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert bootstrap.main(["packages", "--optional", ABSENT]) == 0
    assert ABSENT in capsys.readouterr().err


def test_services_are_kept_down_only_for_as_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(bootstrap, "POLICY", policy)

    with bootstrap._services_kept_down():
        inside = subprocess.run([policy], check=False).returncode
        mode = stat.S_IMODE(policy.stat().st_mode)

    assert (inside, mode) == (101, 0o755)
    assert not policy.exists()


def test_the_policy_goes_again_when_the_installation_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(bootstrap, "POLICY", policy)

    with pytest.raises(bootstrap.Refusal), bootstrap._services_kept_down():
        raise bootstrap.Refusal

    assert not policy.exists()


def test_a_policy_of_the_machine_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    monkeypatch.setattr(bootstrap, "POLICY", policy)

    with bootstrap._services_kept_down():
        pass

    assert policy.read_text() == "theirs"


def test_a_complete_environment_is_not_touched(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / ".venv").mkdir()
    bootstrap.STAMP.write_text(bootstrap._stamp())
    monkeypatch.setattr(bootstrap, "_with_uv", lambda: pytest.fail("it was installed again"))

    assert bootstrap.main(["environment"]) == 0


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_input_is_installed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    (checkout / ".venv").mkdir()
    bootstrap.STAMP.write_text(bootstrap._stamp())
    (checkout / changed).write_text("# changed")
    installed: list[bool] = []

    def install() -> bool:
        bootstrap.ENVIRONMENT.mkdir(exist_ok=True)
        installed.append(True)
        return True

    monkeypatch.setattr(bootstrap, "_with_uv", install)

    assert bootstrap.main(["environment"]) == 0
    assert installed == [True]
    assert bootstrap.STAMP.read_text() == bootstrap._stamp()


def test_an_environment_that_moved_is_no_good(checkout: Path) -> None:
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)

    bootstrap.STAMP.write_text(bootstrap._stamp())
    works = bootstrap._environment_works()
    bootstrap.STAMP.write_text("/elsewhere\n")

    assert (works, bootstrap._environment_works()) == (True, False)


def test_when_nothing_installs_there_is_no_stamp(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for way in ("_with_uv", "_with_pip"):
        monkeypatch.setattr(bootstrap, way, lambda: False)

    assert bootstrap.main(["environment"]) == 2
    assert "could not be installed" in capsys.readouterr().err
    assert not bootstrap.STAMP.exists()
