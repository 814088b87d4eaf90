"""What is planned on shadows is what the real lab does."""

import asyncio
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from forerunner.bench.change.plan import Trial, agreement
from forerunner.configure.plan import open_plan
from forerunner.configure.planning import Limits, Planning, Terms, make_plan
from forerunner.fleet import Device
from forerunner.lab import Lab
from forerunner.lab.daemons import ask
from forerunner.render import router_config, router_data
from forerunner.shadow import Shadow

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
STRAY = "ip prefix-list stray seq 5 permit 10.0.0.0/8"
DRIFT = (
    STRAY,
    "interface to-r1",
    "description {{7*7}}",
    "interface to-r3",
    "ip ospf cost 77",
    "router bgp 65000",
    "neighbor 10.0.0.1 password canary-in-plan",
)
DIFFERENCE = [
    "  interface to-r1",
    "-   description {{7*7}}",
    "+   description link r1:r2",
    "  interface to-r3",
    "-   ip ospf cost 77",
    "+   ip ospf cost 10",
    f"- {STRAY}",
    "  router bgp 65000",
]


def intended(lab: Lab, router: str) -> str:
    return router_config("frr", router_data(router, lab.network))


@pytest.fixture
def drifted(lab: Lab) -> Iterator[str]:
    """Let r2 run what the inventory does not mean, and return its configuration."""
    ask(lab, "r2", "configure terminal", *DRIFT)
    yield ask(lab, "r2", "show running-config")
    undo = ("no " + STRAY, "interface to-r3", "ip ospf cost 10", "interface to-r1")
    rest = ("description link r1:r2", "router bgp 65000", "no neighbor 10.0.0.1 password")
    ask(lab, "r2", "configure terminal", *undo, *rest)


def plan(lab: Lab, directory: Path, **texts: str) -> Planning:
    devices = {
        name: Device(
            name, lab.management_address(name), "netops", lab.key("netops"), lab.known_hosts, "frr"
        )
        for name in texts
    }
    return make_plan(devices, texts, Terms(directory, "test", 60), Limits())


def test_the_planned_difference_is_the_one_that_is_applied(
    lab: Lab, playbook: Playbook, drifted: str
) -> None:
    planned = playbook("plan_config")
    said = planned.stdout + planned.stderr
    assert planned.returncode == 0, said
    lines = re.findall(r'^        "([ +-] .*?)",?$', planned.stdout, re.MULTILINE)
    assert lines[: len(DIFFERENCE)] == DIFFERENCE
    assert re.fullmatch(r"-   neighbor 10\.0\.0\.1 password <secret:\w+>", lines[-1])
    assert "canary-in-plan" not in said
    named = re.search(r"configure_devices\.yml -e plan_file=(\S+\.json)", said)
    assert named is not None, said
    opened = open_plan(Path(named[1]))
    assert (opened.plan.limit, opened.plan.hash in said) == (("r2",), True)
    assert ask(lab, "r2", "show running-config") == drifted
    done = playbook("configure_devices", "--limit", "r2", "--diff")
    applied = [line for line in done.stdout.splitlines() if line[:2] in ("+ ", "- ")]
    assert applied[:-1] == [line for line in DIFFERENCE if line[:2] in ("+ ", "- ")]


def test_what_is_as_intended_needs_no_plan(lab: Lab, tmp_path: Path) -> None:
    made = plan(lab, tmp_path / "plans", r1=intended(lab, "r1"))
    assert (made.hosts["r1"].message, made.opened) == ("r1: as intended", None)
    assert not (tmp_path / "plans").exists()


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("ip prefix-list new seq 5 perrmit any", "Unknown command: ip prefix-list new seq 5 perr"),
        ("ip route 10.99.0.0/24 bogus!", "take ip route 10.99.0.0/24 bogus! as something else"),
        ("ip prefix-list new permit any", "not as it was meant; still different:\n"),
        ("neighbor 198.18.{index}.12 remote-as 65001", "(at 'neighbor 198.18.{index}.12 remote"),
    ],
)
def test_a_line_that_the_router_would_not_take_is_named_and_there_is_no_plan(
    lab: Lab, tmp_path: Path, line: str, named: str
) -> None:
    index = lab.management_network.split(".")[2]
    text = intended(lab, "r2")
    text = text.replace("\nend\n", f"\nrouter bgp 65000\n{line.format(index=index)}\nexit\nend\n")
    before = ask(lab, "r2", "show running-config")
    good = intended(lab, "r3").replace("description link r2:r3", "description other")
    made = plan(lab, tmp_path / "plans", r2=text, r3=good)
    assert made.hosts["r2"].status == "failed"
    assert named.format(index=index) in made.hosts["r2"].message
    assert made.hosts["r3"].status == "changed"
    assert (made.opened, (tmp_path / "plans").exists()) == (None, False)
    assert ask(lab, "r2", "show running-config") == before


def test_an_interface_that_the_router_lacks_is_told(lab: Lab, tmp_path: Path) -> None:
    text = intended(lab, "r1").replace("interface to-r2\n", "interface to-r22\n")
    made = plan(lab, tmp_path, r1=text)
    assert "it has no interface to-r22" in made.hosts["r1"].message


def trials(lab: Lab, count: int) -> list[Trial]:
    return asyncio.run(agreement(lab, count, Console(quiet=True)))


def test_the_shadows_verdict_and_result_are_the_routers(lab: Lab) -> None:
    tried = trials(lab, 9)
    assert [trial for trial in tried if not (trial.agrees and trial.put_back)] == []
    assert sum(bool(trial.router_said) for trial in tried) >= 3


def test_a_shadow_that_is_not_loaded_does_not_agree(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(shadow: Shadow, running: str) -> None:
        del shadow, running

    monkeypatch.setattr(Shadow, "load", nothing)
    assert not all(trial.agrees for trial in trials(lab, 3))
