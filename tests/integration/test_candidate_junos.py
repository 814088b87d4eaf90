"""Changes through NAPALM's own Junos driver: NETCONF with simulated devices, timers of theirs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forerunner import service
from forerunner.configure.intent import Planned
from forerunner.configure.planning import Limits, Terms, make_plan
from forerunner.fleet.door import with_napalm
from forerunner.gate import NotAdmitted
from forerunner.simulator import task
from forerunner.trials.switches import MINUTE_S, Switches

pytest.importorskip("napalm")
CONTACT = "set snmp contact {{7*7}}"
NAME = "dev0001"
INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 91)


@pytest.fixture
def routers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switches]:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    yield Switches.start(2, tmp_path / "fleet", INDEX, "junos", impostor=1)
    service.stop(task.NAME)


def changed(config: str, *lines: str) -> str:
    """Return a configuration that differs in a value, lacks an interface, and has lines more."""
    kept = [x for x in config.replace("to-1\n", "to-one\n").splitlines() if "ge-0/0/2" not in x]
    return "\n".join([*kept, *lines]) + "\n"


def test_a_good_change_stands_and_a_second_run_changes_nothing(routers: Switches) -> None:
    target = changed(routers.runs(NAME), CONTACT)

    first, second = routers.bring({NAME: target}), routers.bring({NAME: target})
    time.sleep(MINUTE_S)

    assert (first.hosts[NAME].status, second.hosts[NAME].status) == ("changed", "ok")
    assert f"+ {CONTACT}" in first.hosts[NAME].data["diff"]
    assert first.health[NAME]["before"]["bgp_established"] == ["10.1.1.2", "10.1.2.2"]
    timed, confirmed = routers.commits(NAME)
    assert timed == "commit-configuration confirmed confirm-timeout 1"
    assert confirmed == "commit-configuration"
    assert sorted(routers.runs(NAME).splitlines()) == sorted(target.splitlines())


def test_a_red_post_check_is_put_back_byte_for_byte(routers: Switches) -> None:
    before = routers.runs(NAME)

    done = routers.bring({NAME: changed(before.replace("peer-as 65002", "peer-as 65099"))})

    assert "put back byte for byte" in done.hosts[NAME].message
    assert "BGP is no longer established with 10.1.1.2" in done.hosts[NAME].message
    assert routers.runs(NAME) == before


def test_a_confirmation_that_comes_too_late_is_told_and_nothing_is_rolled_back(
    routers: Switches,
) -> None:
    before = routers.runs(NAME)

    def permit(name: str) -> None:
        if routers.commits(name):
            # The device's minute is over before the controller's.
            time.sleep(MINUTE_S)

    done = routers.bring({NAME: changed(before, CONTACT)}, permit=permit)

    assert "put back byte for byte" in done.hosts[NAME].message
    assert "its timer ran out first" in done.hosts[NAME].message
    assert routers.runs(NAME) == before


KILLED = """
from pathlib import Path
from forerunner.configure.health import Patience
from forerunner.trials.switches import Switches
routers, target = Switches.open(Path({directory!r})), open({file!r}).read()
routers.bring({{"dev0001": target}}, timer_s=60.0, patience=Patience(20.0, 30.0))
"""


def test_a_killed_controller_leaves_a_device_that_takes_it_back_itself(
    routers: Switches, tmp_path: Path
) -> None:
    before, file = routers.runs(NAME), tmp_path / "target"
    file.write_text(changed(before, CONTACT))
    script = KILLED.format(directory=str(routers.directory), file=str(file))
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    end = time.monotonic() + 60
    while CONTACT not in routers.runs(NAME):
        assert time.monotonic() < end, "the change never came"
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    meanwhile = routers.bring({NAME: file.read_text()})

    end = time.monotonic() + MINUTE_S + 5
    while routers.runs(NAME) != before and time.monotonic() < end:
        time.sleep(0.2)

    # Whose commit waits Junos does not say: it is left alone until it has gone.
    assert "a commit waits there to be confirmed" in meanwhile.hosts[NAME].message
    assert routers.runs(NAME) == before
    assert len(routers.commits(NAME)) == 1


@pytest.mark.parametrize("permits", [0, 1, 2, 3])
def test_without_a_permit_no_write_reaches_the_device(routers: Switches, permits: int) -> None:
    before = routers.runs(NAME)
    left = iter(range(permits))

    def permit(name: str) -> None:
        if next(left, None) is None:
            raise NotAdmitted(f"{name}: not written to, for this is a test")

    done = routers.bring({NAME: changed(before, CONTACT)}, permit=permit)

    loads = [x for x in routers.heard(NAME) if x.startswith("load-configuration")]
    assert "not written to, for this is a test" in done.hosts[NAME].message
    assert (routers.commits(NAME), bool(loads)) == ([], permits == 3)
    assert routers.runs(NAME) == before
    # Nobody's candidate is left behind.
    again = routers.bring({NAME: changed(before, CONTACT)})
    assert again.hosts[NAME].status == "changed"


def test_a_line_that_is_not_taken_is_told_and_nothing_is_committed(routers: Switches) -> None:
    before = routers.runs(NAME)

    done = routers.bring({NAME: changed(before, CONTACT, "set sytem host-name x")})

    assert "set sytem host-name x" in done.hosts[NAME].message
    assert (routers.commits(NAME), routers.runs(NAME)) == ([], before)


def test_what_somebody_else_has_not_committed_is_not_lost(routers: Switches) -> None:
    before, theirs = routers.runs(NAME), "set system domain-name theirs"

    def edit(driver: Any) -> None:
        driver.load_merge_candidate(config=theirs)
        time.sleep(6)

    async def beside() -> Any:
        editing = asyncio.ensure_future(with_napalm(routers.devices[NAME], edit, 20))
        await asyncio.sleep(2)
        done = await asyncio.to_thread(routers.bring, {NAME: changed(before, CONTACT)})
        await editing
        return done

    done = asyncio.run(beside())

    assert "locked" in done.hosts[NAME].message
    assert (routers.commits(NAME), routers.runs(NAME)) == ([], before)
    heard = routers.heard(NAME)
    assert not [line for line in heard if "rollback=0" in line and line.startswith("load")]


def test_another_host_key_is_refused_before_anything_is_said(routers: Switches) -> None:
    done = routers.bring({"dev0002": "set version 1\n"})

    assert done.hosts["dev0002"].status == "unreachable"
    assert "host key" in done.hosts["dev0002"].message
    assert routers.heard("dev0002") == []


def test_a_plan_is_applied_as_it_was_read(routers: Switches, tmp_path: Path) -> None:
    target = changed(routers.runs(NAME), CONTACT)
    given = Terms(tmp_path / "plans", "a test", 600)
    made = make_plan({NAME: routers.devices[NAME]}, {NAME: target}, given, Limits(timeout_s=20))
    assert made.opened, made.hosts

    done = routers.bring({NAME: target}, Planned(made.opened))
    again = routers.bring({NAME: target}, Planned(made.opened))

    assert (done.hosts[NAME].status, again.hosts[NAME].status) == ("changed", "ok")
