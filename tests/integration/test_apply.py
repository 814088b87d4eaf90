"""A change of a real router: guarded, checked, and confirmed or put back byte for byte."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forerunner.configure import configure
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended, Planned
from forerunner.configure.plan import Candidate, write_plan
from forerunner.errors import ForerunnerError
from forerunner.gate import NotAdmitted
from forerunner.lab import Lab
from forerunner.lab.convergence import wait_converged
from forerunner.lab.daemons import ask
from forerunner.trials.routers import (
    bring,
    device,
    guards_armed,
    network,
    running,
    terms,
    with_lines,
)

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
HARMLESS = "ip prefix-list applied seq 5 permit 10.0.0.0/8"
POISON = ("router ospf", " passive-interface default", "exit")
# A neighbour is missed after its dead interval, 4 s.
WATCHFUL = {"patience": Patience(5.0, 8.0)}
CUT = ("interface mgmt", " shutdown", "exit")


@pytest.fixture(autouse=True)
def clean(lab: Lab) -> Iterator[None]:
    """Every test leaves the routers as it found them, or takes the blame."""
    before = {name: running(lab, name) for name in lab.routers}
    yield
    changed = [name for name, config in before.items() if running(lab, name) != config]
    if changed:
        # At once: both ends of a link must agree on its timers.
        bring(lab, {name: before[name] for name in changed})
    wait_converged(lab, 30)
    assert {name: running(lab, name) for name in changed} == {x: before[x] for x in changed}


def test_a_good_change_stands_and_a_second_run_changes_nothing(lab: Lab) -> None:
    target = with_lines(running(lab, "r2"), HARMLESS)

    first = bring(lab, {"r2": target})
    second = bring(lab, {"r2": target})

    assert (first.hosts["r2"].status, second.hosts["r2"].status) == ("changed", "ok")
    assert first.hosts["r2"].data["diff"] == f"+ {HARMLESS}"
    assert (second.changed, HARMLESS in running(lab, "r2")) == (False, True)


def test_a_failed_post_check_puts_the_snapshot_back_byte_for_byte(lab: Lab) -> None:
    before = running(lab, "r2")

    done = bring(lab, {"r2": with_lines(before, HARMLESS, *POISON)}, **WATCHFUL)

    assert done.hosts["r2"].status == "failed"
    assert "OSPF is no longer Full on to-r1, to-r3" in done.hosts["r2"].message
    assert (running(lab, "r2"), done.changed) == (before, False)


def test_what_comes_back_stands_at_its_place_again(lab: Lab) -> None:
    lists = [f"ip prefix-list {name} seq 5 permit 10.0.0.0/8" for name in ("first", "second")]
    bring(lab, {"r2": with_lines(running(lab, "r2"), *lists)})
    before = running(lab, "r2")

    without = before.replace(f"{lists[0]}\n", "")
    done = bring(lab, {"r2": with_lines(without, *POISON)}, **WATCHFUL)

    assert done.hosts["r2"].status == "failed"
    assert running(lab, "r2") == before


def test_a_line_that_is_rejected_takes_the_others_back(lab: Lab) -> None:
    before = running(lab, "r2")

    done = bring(lab, {"r2": with_lines(before, HARMLESS, "ip prefix-list x seq 5 perrmit any")})

    assert "% Unknown command: ip prefix-list x seq 5 perrmit any" in done.hosts["r2"].message
    assert running(lab, "r2") == before


def test_a_change_that_cuts_its_own_way_is_put_back_by_the_router(lab: Lab) -> None:
    before = running(lab, "r2")

    done = bring(lab, {"r2": with_lines(before, HARMLESS, *CUT)}, timer_s=8.0)

    assert done.hosts["r2"].status == "failed"
    assert "its timer ran out first" in done.hosts["r2"].message
    assert running(lab, "r2") == before


KILLED = """
from forerunner.trials.routers import bring
from forerunner.configure.health import Patience
from forerunner.lab import Lab
lab, target = Lab.open({index!r}), open({file!r}).read()
bring(lab, {{"r2": target}}, timer_s=12.0, patience=Patience(5.0, 5.0))
"""


def killed_midway(lab: Lab, target: str, directory: Path) -> None:
    """Start a change in a process of its own, and kill -9 it once the change is on the router."""
    file = directory / "target"
    file.write_text(target)
    script = KILLED.format(index=lab.name, file=str(file))
    process = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    end = time.monotonic() + 60
    while HARMLESS not in running(lab, "r2"):
        assert time.monotonic() < end, "the change never came"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_killed_controller_leaves_a_router_that_puts_itself_back(
    lab: Lab, tmp_path: Path
) -> None:
    before = running(lab, "r2")
    killed_midway(lab, with_lines(before, HARMLESS), tmp_path)
    assert running(lab, "r2") != before

    end = time.monotonic() + 30
    while running(lab, "r2") != before and time.monotonic() < end:
        time.sleep(0.2)

    assert running(lab, "r2") == before


def test_a_run_after_a_killed_one_settles_what_it_left_and_converges(
    lab: Lab, tmp_path: Path
) -> None:
    target = with_lines(running(lab, "r2"), HARMLESS)
    killed_midway(lab, target, tmp_path)

    done = bring(lab, {"r2": target})

    assert done.hosts["r2"].status == "changed"
    assert HARMLESS in running(lab, "r2")
    # The dead run's timer will not take it back.
    assert list((lab.router_directory("r2") / "agent").glob("*.held")) == []


def test_the_first_red_halts_and_only_the_canary_was_touched(lab: Lab) -> None:
    before = {name: running(lab, name) for name in lab.routers}
    guards = {name: guards_armed(lab, name) for name in lab.routers}

    done = bring(lab, {name: with_lines(x, *POISON) for name, x in before.items()}, **WATCHFUL)

    armed = [name for name in lab.routers if guards_armed(lab, name) != guards[name]]
    assert armed == list(done.waves[0])
    assert len(armed) == 1
    assert {each.status for each in done.hosts.values()} == {"failed"}
    left = [x.message for name, x in done.hosts.items() if name not in armed]
    assert all("the rollout was halted" in message for message in left)
    assert {name: running(lab, name) for name in lab.routers} == before


def test_timers_of_a_link_change_at_both_ends_and_every_neighbour_stays(lab: Lab) -> None:
    old, new = " ip ospf retransmit-interval 2\n", " ip ospf retransmit-interval 3\n"
    hello = (" ip ospf hello-interval 1\n", " ip ospf hello-interval 2\n")
    before = {name: running(lab, name) for name in ("r2", "r3")}
    targets = {}
    for name, config in before.items():
        head, _, rest = config.partition(f"interface to-{'r3' if name == 'r2' else 'r2'}\n")
        block = f"interface to-{'r3' if name == 'r2' else 'r2'}\n" + rest
        targets[name] = head + block.replace(*hello, 1).replace(old, new, 1)

    done = bring(lab, targets)

    assert {each.status for each in done.hosts.values()} == {"changed"}, done
    assert ("r2", "r3") in {tuple(sorted(wave)) for wave in done.waves}


def test_no_write_is_done_that_is_not_permitted(lab: Lab) -> None:
    before = running(lab, "r2")

    def refuse(name: str) -> None:
        raise NotAdmitted(f"{name}: not written to, for this is a test")

    done = bring(lab, {"r2": with_lines(before, HARMLESS)}, permit=refuse)

    assert "not written to, for this is a test" in done.hosts["r2"].message
    assert running(lab, "r2") == before


def test_a_permit_that_ends_between_two_writes_takes_the_first_one_back(lab: Lab) -> None:
    before = with_lines(running(lab, "r2"), "ip prefix-list goes seq 5 permit 10.0.0.0/8")
    ask(lab, "r2", "configure terminal", "ip prefix-list goes seq 5 permit 10.0.0.0/8")
    asked: list[str] = []

    def refuse_the_second(name: str) -> None:
        asked.append(running(lab, "r2"))
        if HARMLESS in asked[-1]:
            raise NotAdmitted(f"{name}: stopped")

    target = with_lines(before.replace("ip prefix-list goes seq 5 permit 10.0.0.0/8\n", ""))
    done = bring(lab, {"r2": with_lines(target, HARMLESS)}, permit=refuse_the_second)
    ask(lab, "r2", "configure terminal", "no ip prefix-list goes")

    assert "put back byte for byte, because r2: stopped" in done.hosts["r2"].message
    assert HARMLESS not in running(lab, "r2")


def test_a_silent_device_is_passed_by_where_that_is_allowed(lab: Lab) -> None:
    targets = {"r2": with_lines(running(lab, "r2"), HARMLESS), "r4": "end\n"}
    devices = {name: device(lab, name) for name in targets}
    devices["r4"] = type(devices["r4"])(
        "r4", "198.18.99.99", "netops", lab.key("netops"), lab.known_hosts, "frr"
    )

    def run(allow: bool) -> dict[str, str]:
        given = terms(lab, allow_unreachable=allow, timeout_s=3.0)
        done = configure(devices, Intended(targets), given, network(lab))
        return {name: each.status for name, each in done.hosts.items()}

    assert run(allow=False) == {"r2": "failed", "r4": "unreachable"}
    assert run(allow=True) == {"r2": "changed", "r4": "unreachable"}


def test_a_plan_is_applied_as_it_is_or_not_at_all(lab: Lab, tmp_path: Path) -> None:
    before = running(lab, "r2")
    candidates = {"r2": Candidate(before, with_lines(before, HARMLESS))}
    plan = write_plan(tmp_path, candidates, "a test", 600)
    devices = {"r2": device(lab, "r2")}
    ask(lab, "r2", "configure terminal", "ip prefix-list other seq 5 permit any")
    stale = configure(devices, Planned(plan), terms(lab), network(lab))
    ask(lab, "r2", "configure terminal", "no ip prefix-list other")

    done = configure(devices, Planned(plan), terms(lab), network(lab))
    again = configure(devices, Planned(plan), terms(lab), network(lab))

    assert "no longer runs what" in stale.hosts["r2"].message
    assert (done.hosts["r2"].status, again.hosts["r2"].status) == ("changed", "ok")
    assert done.hosts["r2"].data["diff"] == f"+ {HARMLESS}"


def test_a_timer_that_is_shorter_than_the_watching_is_refused(lab: Lab) -> None:
    with pytest.raises(ForerunnerError, match="too short to watch"):
        terms(lab, timer_s=5.0)


def plan_file(directory: Path, lab: Lab, **lines: str) -> str:
    before = {name: running(lab, name) for name in lines}
    candidates = {x: Candidate(before[x], with_lines(before[x], lines[x])) for x in lines}
    return str(write_plan(directory, candidates, "a test", 600).path)


def test_the_playbook_records_what_became_of_a_plan_and_whom_to_retry(
    lab: Lab, playbook: Playbook, lab_environment: dict[str, str], tmp_path: Path
) -> None:
    path = plan_file(tmp_path, lab, r2=HARMLESS, r5="ip prefix-list x seq 5 perrmit any")
    done = playbook("configure_devices", "-e", f"plan_file={path}")
    var = Path(lab_environment["FORERUNNER_VAR"])
    report = json.loads((var / "reports" / f"{Path(path).stem}.json").read_text())
    retry = (var / "retry" / "configure_devices.retry").read_text()

    assert done.returncode == 2
    assert report["outcome"]["state"] == "undone"
    assert report["rates"]["succeeded"] in (0.0, 0.5)
    assert "r5" in retry.split()


def test_the_gate_left_out_means_nothing_is_written(
    lab: Lab, playbook: Playbook, tmp_path: Path
) -> None:
    before = running(lab, "r2")
    path = plan_file(tmp_path, lab, r2=HARMLESS)
    start = "Change the devices, check them, and confirm or put back"

    done = playbook("configure_devices", "-e", f"plan_file={path}", "--start-at-task", start)

    assert done.returncode == 2
    assert "role change_gate was left out" in done.stdout
    assert running(lab, "r2") == before


def test_a_plan_for_none_of_the_selected_hosts_fails(
    lab: Lab, playbook: Playbook, tmp_path: Path
) -> None:
    path = plan_file(tmp_path, lab, r2=HARMLESS)

    done = playbook("configure_devices", "-e", f"plan_file={path}", "--limit", "r3")

    assert done.returncode == 2
    assert "is for r2, and none of them was selected" in done.stdout


def start_up(lab: Lab, router: str) -> str:
    return (lab.router_directory(router) / "frr" / "frr.conf").read_text()


@pytest.mark.parametrize("when", ["changed", "never"])
def test_what_stands_is_saved_for_the_next_start(lab: Lab, when: str) -> None:
    done = bring(lab, {"r2": with_lines(running(lab, "r2"), HARMLESS)}, save_when=when)

    assert done.hosts["r2"].status == "changed"
    assert (HARMLESS in start_up(lab, "r2")) == (when == "changed")


def test_what_was_put_back_or_is_drained_is_not_saved(lab: Lab) -> None:
    before = running(lab, "r2")
    poisoned = bring(lab, {"r2": with_lines(before, HARMLESS, *POISON)}, **WATCHFUL)
    assert poisoned.hosts["r2"].status == "failed"
    assert HARMLESS not in start_up(lab, "r2")

    ask(lab, "r2", "configure terminal", "interface to-r1", "ip ospf cost 65535")
    drained = running(lab, "r2")
    done = bring(lab, {"r2": with_lines(drained, HARMLESS)})
    ask(lab, "r2", "configure terminal", "interface to-r1", "ip ospf cost 10")

    assert (done.hosts["r2"].status, HARMLESS in start_up(lab, "r2")) == ("changed", False)
    assert "not saved for a reboot while to-r1 is drained" in done.hosts["r2"].message


def test_what_cannot_be_saved_stands_and_has_failed(lab: Lab) -> None:
    directory = lab.router_directory("r2") / "frr"
    mode = directory.stat().st_mode
    target = with_lines(running(lab, "r2"), HARMLESS)
    for path in (directory, directory / "frr.conf"):
        path.chmod(0o500)
    try:
        done = bring(lab, {"r2": target})
    finally:
        directory.chmod(mode)
        (directory / "frr.conf").chmod(0o664)

    assert done.hosts["r2"].status == "failed"
    assert "NOT saved" in done.hosts["r2"].message
    assert HARMLESS in running(lab, "r2")
