"""What bears a lab's name and is not the lab's outlives both building and removing it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.lab import Lab, NotOurs, build, remove
from forerunner.lab.access import NAMESPACE_FILES, remove_empty
from forerunner.lab.commands import run
from forerunner.lab.journal import Entry, Journal, interface_identity

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("machine")]
INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 90) + 1
CASE = home.root() / "tests" / "golden" / "frr" / "router_with_host" / "vars.yml"


@pytest.fixture
def wanted(tmp_path: Path) -> Lab:
    network: dict[str, Any] = yaml.safe_load(CASE.read_text())["network"]
    return Lab.wanted(f"fr{INDEX}", f"198.18.{INDEX}.0/24", tmp_path / "lab", network)


@pytest.fixture
def interface(wanted: Lab) -> Iterator[str]:
    name = wanted.management_interface
    run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{wanted.name}-peer")
    yield name
    run("ip", "link", "delete", name)


@pytest.fixture
def user_list(wanted: Lab) -> Iterator[Path]:
    there = NAMESPACE_FILES.exists()
    path = NAMESPACE_FILES / wanted.namespace("r1") / "passwd"
    path.parent.mkdir(parents=True)
    path.write_text("theirs")
    yield path
    path.unlink()
    path.parent.rmdir()
    if not there:
        remove_empty(NAMESPACE_FILES)


def test_a_foreign_interface_is_refused_and_left_alone(wanted: Lab, interface: str) -> None:
    before = interface_identity(interface)

    with pytest.raises(NotOurs, match=f"network interface {interface} exists"):
        build(wanted)
    remove(wanted.name)

    assert interface_identity(interface) == before
    assert not wanted.state.exists()


def test_a_foreign_user_list_is_refused_and_left_alone(wanted: Lab, user_list: Path) -> None:
    with pytest.raises(NotOurs, match=f"directory {user_list.parent} exists"):
        build(wanted)
    remove(wanted.name)

    assert user_list.read_text() == "theirs"
    assert not wanted.state.exists()


def test_an_interface_that_was_replaced_after_the_build_is_left_alone(
    wanted: Lab, interface: str
) -> None:
    before = interface_identity(interface)
    Journal.create(wanted.state).add(Entry("interface", interface, before + 1))

    assert remove(wanted.name)
    assert interface_identity(interface) == before
