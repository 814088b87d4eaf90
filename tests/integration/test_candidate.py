"""Changes through NAPALM's own EOS driver, of simulated devices with a real commit timer."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
import yaml

from forerunner import home, service
from forerunner.configure import vendor
from forerunner.configure.intent import Planned
from forerunner.configure.planning import Limits, make_plan
from forerunner.configure.planning import Terms as PlanTerms
from forerunner.errors import ForerunnerError
from forerunner.gate import NotAdmitted
from forerunner.simulator import task
from forerunner.trials.routers import with_lines
from forerunner.trials.switches import LINK, Switches, terms

pytest.importorskip("napalm")
ROUTE = "ip route 10.9.0.0/16 10.1.1.2"
SECRET = "$6$canaryofadevice"
INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 91)


@pytest.fixture
def switches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switches]:
    """Three devices; the last shows another host key than the one that is known."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    yield Switches.start(3, tmp_path / "fleet", INDEX, impostor=1)
    service.stop(task.NAME)


def test_a_good_change_stands_and_a_second_run_changes_nothing(switches: Switches) -> None:
    target = with_lines(switches.runs("dev0001"), ROUTE, f"username bob secret sha512 {SECRET}")

    first = switches.bring({"dev0001": target})
    second = switches.bring({"dev0001": target})

    assert (first.hosts["dev0001"].status, second.hosts["dev0001"].status) == ("changed", "ok")
    assert f"+ {ROUTE}" in first.hosts["dev0001"].data["diff"]
    assert SECRET not in str(first)
    assert ROUTE in switches.runs("dev0001")
    assert first.health["dev0001"]["before"]["bgp_established"] == ["10.1.1.2", "10.1.2.2"]
    timed, confirmed = switches.commits("dev0001")
    assert timed.endswith("commit timer 00:00:15")
    assert confirmed == timed.removesuffix(" timer 00:00:15")
    assert switches.commits("dev0001") == [timed, confirmed]


def test_a_check_tells_and_writes_nothing(switches: Switches) -> None:
    target = with_lines(switches.runs("dev0001"), ROUTE)

    done = switches.bring({"dev0001": target}, check=True)

    assert (done.hosts["dev0001"].status, done.changed) == ("changed", True)
    assert not [x for x in switches.heard("dev0001") if x.startswith("configure")]


def test_a_red_post_check_is_put_back_byte_for_byte(switches: Switches) -> None:
    before = switches.runs("dev0001")
    target = before.replace("10.1.1.2 remote-as 65002", "10.1.1.2 remote-as 65099")

    began = time.monotonic()
    done = switches.bring({"dev0001": with_lines(target, ROUTE)}, timer_s=60.0)

    assert done.hosts["dev0001"].status == "failed"
    # It was asked for: the timer would have taken longer.
    assert time.monotonic() - began < 40
    assert "put back byte for byte" in done.hosts["dev0001"].message
    assert "BGP is no longer established with 10.1.1.2" in done.hosts["dev0001"].message
    assert (switches.runs("dev0001"), done.changed) == (before, False)


def test_a_change_that_cuts_its_own_way_is_taken_back_by_the_device(switches: Switches) -> None:
    before = switches.runs("dev0001")
    head = "interface Management1\n"

    done = switches.bring({"dev0001": before.replace(head, f"{head}   shutdown\n")}, timer_s=8.0)

    assert done.hosts["dev0001"].status == "failed"
    assert "put back byte for byte" in done.hosts["dev0001"].message
    assert switches.runs("dev0001") == before
    # Nobody could ask for it: the timer did it.
    assert not [x for x in switches.heard("dev0001") if x.endswith(" abort")]


KILLED = """
from pathlib import Path
from forerunner.configure.health import Patience
from forerunner.trials.switches import Switches
switches, target = Switches.open(Path({directory!r})), open({file!r}).read()
switches.bring({{"dev0001": target}}, timer_s=12.0, patience=Patience(6.0, 7.0))
"""


def killed_midway(switches: Switches, target: str) -> None:
    """Start a change in a process of its own, and kill -9 it once the change is on the device."""
    file = switches.directory / "target"
    file.write_text(target)
    script = KILLED.format(directory=str(switches.directory), file=str(file))
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    end = time.monotonic() + 60
    while ROUTE not in switches.runs("dev0001"):
        assert time.monotonic() < end, "the change never came"
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_controller_leaves_a_device_that_takes_it_back_itself(switches: Switches) -> None:
    before = switches.runs("dev0001")
    killed_midway(switches, with_lines(before, ROUTE))
    assert switches.runs("dev0001") != before

    end = time.monotonic() + 20
    while switches.runs("dev0001") != before and time.monotonic() < end:
        time.sleep(0.2)

    assert switches.runs("dev0001") == before
    assert not [x for x in switches.heard("dev0001") if x.endswith(" abort")]


def test_a_run_after_a_killed_one_puts_away_what_it_left_and_converges(switches: Switches) -> None:
    target = with_lines(switches.runs("dev0001"), ROUTE)
    killed_midway(switches, target)

    done = switches.bring({"dev0001": target})
    time.sleep(13)

    assert done.hosts["dev0001"].status == "changed"
    # The dead run's timer has ended by now, and took nothing back.
    assert ROUTE in switches.runs("dev0001")


@pytest.mark.parametrize("permits", [0, 1, 2, 3])
def test_without_a_permit_no_write_reaches_the_device(switches: Switches, permits: int) -> None:
    before = switches.runs("dev0001")
    left = iter(range(permits))

    def permit(name: str) -> None:
        if next(left, None) is None:
            raise NotAdmitted(f"{name}: not written to, for this is a test")

    done = switches.bring({"dev0001": with_lines(before, ROUTE)}, permit=permit)

    heard = switches.heard("dev0001")
    begun = [x for x in heard if x.startswith("configure") and not x.endswith(" abort")]
    assert "not written to, for this is a test" in done.hosts["dev0001"].message
    assert switches.commits("dev0001") == []
    # Survey, beginning and candidate ask first; the fourth question comes before the commit.
    assert bool(begun) == (permits == 3)
    assert switches.runs("dev0001") == before


def test_a_permit_that_ends_before_the_confirmation_takes_the_change_back(
    switches: Switches,
) -> None:
    before = switches.runs("dev0001")

    def permit(name: str) -> None:
        if switches.commits(name):
            raise NotAdmitted(f"{name}: stopped")

    done = switches.bring({"dev0001": with_lines(before, ROUTE)}, permit=permit)

    assert "put back byte for byte, because dev0001: stopped" in done.hosts["dev0001"].message
    assert len(switches.commits("dev0001")) == 1
    assert switches.runs("dev0001") == before


def test_what_somebody_else_changes_meanwhile_is_not_overwritten(switches: Switches) -> None:
    before, other = switches.runs("dev0001"), "ip route 10.8.0.0/16 10.1.1.2"
    asked: list[str] = []

    def permit(name: str) -> None:
        asked.append(name)
        if len(asked) == 3:
            lines = ("configure session x", other, "end", "configure session x commit")
            # An event loop of its own: this one is busy asking.
            other_hand = Thread(target=switches.say, args=(name, *lines))
            other_hand.start()
            other_hand.join()

    done = switches.bring({"dev0001": with_lines(before, ROUTE)}, permit=permit)

    assert "somebody else changed it meanwhile" in done.hosts["dev0001"].message
    assert switches.commits("dev0001") == ["configure session x commit"]
    assert switches.runs("dev0001") == with_lines(before, other)


def test_a_line_that_is_not_taken_is_found_before_the_commit(switches: Switches) -> None:
    before = switches.runs("dev0001")

    bad = ("ipp rout 10.0.0.0/8 null", f"passwd bob secret {SECRET}")

    done = switches.bring({"dev0001": with_lines(before, ROUTE, *bad)})

    assert "its candidate is not what was meant" in done.hosts["dev0001"].message
    assert "ipp rout 10.0.0.0/8 null" in done.hosts["dev0001"].message
    assert SECRET not in str(done)
    assert switches.commits("dev0001") == []
    assert switches.runs("dev0001") == before


@pytest.mark.parametrize("name", ["dev0001", "dev0003"])
def test_an_unknown_or_another_host_key_is_refused_before_anything_is_said(
    switches: Switches, name: str
) -> None:
    known = switches.directory / "known_hosts"
    known.write_text("".join(known.read_text().splitlines(keepends=True)[1:]))

    done = switches.bring({name: "end\n"})

    assert done.hosts[name].status == "unreachable"
    assert "host key" in done.hosts[name].message
    assert switches.heard(name) == []


@pytest.mark.parametrize("platform", ["nxos", "iosxr"])
def test_a_driver_without_a_timer_is_refused_before_any_connection(
    switches: Switches, platform: str
) -> None:
    device = replace(switches.devices["dev0001"], platform=platform)
    done = Switches(switches.directory, {"dev0001": device}).bring({"dev0001": "end\n"})

    assert done.hosts["dev0001"].status == "failed"
    assert "device_config_allow_unguarded is not set" in done.hosts["dev0001"].message
    assert switches.heard("dev0001") == []


@pytest.mark.parametrize(
    ("asn", "status", "said"),
    [("65002", "changed", "read back"), ("65099", "failed", "put back byte for byte")],
)
def test_with_consent_what_has_no_timer_is_put_back_by_who_changed_it(
    switches: Switches, monkeypatch: pytest.MonkeyPatch, asn: str, status: str, said: str
) -> None:
    monkeypatch.delitem(vendor.TIMER_STEPS_S, "eos")
    before = switches.runs("dev0001")
    target = with_lines(before.replace("as 65002", f"as {asn}"), ROUTE)

    done = switches.bring({"dev0001": target}, allow_unguarded=True)

    assert (done.hosts["dev0001"].status, said in done.hosts["dev0001"].message) == (status, True)
    assert not [line for line in switches.commits("dev0001") if "timer" in line]
    assert (switches.runs("dev0001") == before) is (status == "failed")


def test_somebody_elses_commit_that_waits_is_left_alone(switches: Switches) -> None:
    name, before = "dev0001", switches.runs("dev0001")
    waits = "configure session theirs commit timer 00:05:00"
    switches.say(name, "configure session theirs", ROUTE, "end", waits)

    done = switches.bring({name: before})

    assert "a commit waits there to be confirmed" in done.hosts[name].message
    assert ROUTE in switches.runs(name)
    assert switches.commits(name) == [waits]


def test_the_canary_goes_red_and_the_others_are_left(switches: Switches) -> None:
    before = {name: switches.runs(name) for name in ("dev0001", "dev0002")}
    bad = {x: y.replace("remote-as 65002", "remote-as 65099") for x, y in before.items()}

    done = switches.bring(bad)

    touched = [name for name in before if switches.commits(name)]
    assert touched == list(done.waves[0])
    assert len(touched) == 1
    (left,) = set(before) - set(touched)
    assert "the rollout was halted" in done.hosts[left].message
    assert {name: switches.runs(name) for name in before} == before


def test_a_plan_is_applied_as_it_was_read_or_not_at_all(switches: Switches, tmp_path: Path) -> None:
    name = "dev0001"
    target = with_lines(switches.runs(name), ROUTE)
    given = PlanTerms(tmp_path / "plans", "a test", 600)
    made = make_plan({name: switches.devices[name]}, {name: target}, given, Limits(timeout_s=20))
    assert made.opened, made.hosts
    other = "ip route 10.8.0.0/16 10.1.1.2"

    switches.say(name, "configure session x", other, "end", "configure session x commit")
    stale = switches.bring({name: target}, Planned(made.opened))
    switches.say(name, "configure session y", f"no {other}", "end", "configure session y commit")
    done = switches.bring({name: target}, Planned(made.opened))
    again = switches.bring({name: target}, Planned(made.opened))

    assert "no longer runs what" in stale.hosts[name].message
    assert (done.hosts[name].status, again.hosts[name].status) == ("changed", "ok")
    assert ROUTE in switches.runs(name)


def test_the_playbook_applies_a_plan_through_the_gate(switches: Switches, tmp_path: Path) -> None:
    name, gate = "dev0001", home.root() / "inventories/lab/group_vars/all/change_gate.yml"
    target = with_lines(switches.runs(name), ROUTE)
    given = PlanTerms(tmp_path / "plans", "a test", 600)
    made = make_plan({name: switches.devices[name]}, {name: target}, given, Limits(timeout_s=20))
    assert made.opened, made.hosts
    routers = {
        x: {"loopback": f"10.0.0.{n}", "bgp_as": 65000, "bgp_prefixes": []}
        for n, x in enumerate(switches.devices, 1)
    }
    network = {
        "links": [LINK], "routers": routers, "hosts": {},
        "ospf": {"hello_interval": 1, "dead_interval": 4, "retransmit_interval": 2},
    }  # fmt: skip
    variables = {
        **yaml.safe_load(gate.read_text()),
        "change_gate_links": [LINK], "change_gate_telemetry_directory": str(tmp_path / "none"),
        "device_config_network": network, "device_config_agent_key_file": str(tmp_path / "agent"),
        "device_config_dead_man_s": 15, "device_config_soak_s": 0.5, "device_config_settle_s": 2,
    }  # fmt: skip
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [program, "-i", "inventories/fleet", "playbooks/configure_devices.yml", "-e",
               f"@{tmp_path / 'variables.json'}", "-e", f"plan_file={made.opened.path}",
               "--limit", name]  # fmt: skip

    def run(*more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *more], cwd=home.root(), capture_output=True, text=True, check=False,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1"}, timeout=120,
        )  # fmt: skip

    ungated = run("--start-at-task", "Change the devices, check them, and confirm or put back")
    assert (ungated.returncode, "gate" in ungated.stdout) == (2, True), ungated.stdout
    assert switches.commits(name) == []
    first, again = run(), run()

    assert first.returncode == 0, first.stdout + first.stderr
    assert "changed=1" in first.stdout, first.stdout
    assert (again.returncode, "changed=1" in again.stdout) == (0, False), again.stdout
    assert ROUTE in switches.runs(name)
    assert len(switches.commits(name)) == 2


def test_a_timer_must_leave_time_to_confirm() -> None:
    with pytest.raises(ForerunnerError, match="too short to watch"):
        terms(timer_s=5.0)
