"""`make bench-change`, part apply: dead men, second runs and sessions on real routers."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from rich.console import Console

from analytics.decide import WavePolicy
from forerunner import home
from forerunner.bench.change import site
from forerunner.bench.change.generated import changed
from forerunner.bench.change.roles import changed_again
from forerunner.bench.rows import Extent, Row, directory
from forerunner.configure import Configuration
from forerunner.configure.health import Patience
from forerunner.lab import Lab
from forerunner.lab.commands import run
from forerunner.trials.routers import bring, guards_armed, running, with_lines

SEED = 511
TRIALS, SHORT_TRIALS = 20, 3
CONFIGURATIONS, SHORT_CONFIGURATIONS = 200, 12
TIMER_S, WATCHED_S = 8.0, 3.0
_WAIT_S = 180.0
_POLL_S = 0.02
_CUT = ("interface mgmt", " shutdown", "exit")
_CONTROLLER = f"""
import sys
from forerunner.configure import Configuration
from forerunner.configure.health import Patience
from forerunner.lab import Lab
from forerunner.trials.routers import bring
patience = Patience({WATCHED_S}, {WATCHED_S})
with open(sys.argv[3]) as file:
    bring(Lab.open(sys.argv[1]), {{sys.argv[2]: file.read()}}, timer_s={TIMER_S}, patience=patience)
"""


@dataclass(frozen=True)
class Trial:
    """One change that nobody confirmed.

    Attributes:
        kind: `killed`, `cut by the change`, or `cut from outside`.
        router: Where.
        moment_s: Seconds from the armed guard to the blow; None where the change itself struck.
        restored: Whether the router ran byte for byte what it ran before, in the end.
        late_s: Seconds from the end of its timer until it did; None when it did not by itself.
    """

    kind: str
    router: str
    moment_s: float | None
    restored: bool
    late_s: float | None


def rows_of_dead_men(lab: Lab, count: int, console: Console) -> list[Row]:
    """Strike changes at random moments, and see what their routers run afterwards."""
    dice = Random(SEED)
    trials: list[Trial] = []
    kinds = ("killed", "cut by the change", "cut from outside")
    while len(trials) < count:
        trial = _trial(lab, kinds[len(trials) % len(kinds)], dice)
        if trial is not None:
            trials.append(trial)
            console.print(f"{len(trials)}: {trial}")
    site.keep("dead-man", [asdict(trial) for trial in trials])
    late = [trial.late_s for trial in trials if trial.late_s is not None]
    what = f"of {count} unconfirmed changes (killed, or cut off): configuration as before"
    return [
        Row("dead_man_restores", what, sum(x.restored for x in trials), goal=f"== {count}",
            n=count, seed=str(SEED)),
        Row("dead_man_overrun_max_s", "from the end of the timer until restored, the longest",
            max(late, default=None), "s", "<= 5", n=len(late), seed=str(SEED)),
    ]  # fmt: skip


def rows_of_second_runs(lab: Lab, extent: Extent, console: Console) -> list[Row]:
    """Run every role, and generated configurations, twice; count what is changed again."""
    count = CONFIGURATIONS if extent == "full" else SHORT_CONFIGURATIONS
    site.wait_established(lab)
    before = site.sessions(lab)
    plays, again = changed_again(site.site_of("lab"), extent, console)
    lost = site.resets(before, site.sessions(lab))
    found = {"failed": [], "again": again, "resets": lost}
    _generated_twice(lab, count, found, console)
    site.keep("second-run", found)
    what = f"of {plays} playbooks and {count} configurations: not left alone by a second run; "
    what += f"{len(found['failed'])} were not applied"
    return [
        Row("second_run_changes", what, len(again), goal="== 0", n=plays + count, seed=str(SEED)),
        Row("session_resets", "OSPF and BGP sessions that came up anew meanwhile", len(lost),
            goal="== 0", n=plays + count, seed=str(SEED)),
    ]  # fmt: skip


def _generated_twice(lab: Lab, count: int, found: dict[str, list[str]], console: Console) -> None:
    dice, done = Random(SEED), 0
    while done < count:
        routers = lab.routers[: count - done]
        targets = {name: changed(running(lab, name), dice) for name in routers}
        before = site.sessions(lab)
        first, second = _applied(lab, targets), _applied(lab, targets)
        found["failed"] += [x.message for x in first.hosts.values() if x.status == "failed"]
        found["again"] += [x.message for x in second.hosts.values() if x.status != "ok"]
        found["resets"] += site.resets(before, site.sessions(lab))
        done += len(routers)
        counts = ", ".join(f"{len(each)} {name}" for name, each in found.items())
        console.print(f"{done} configurations twice: {counts}")


def rows(extent: Extent, console: Console) -> Sequence[Row]:
    """Return the rows of part `apply`."""
    full = extent == "full"
    with site.lab_of("lab") as lab:
        return [
            *rows_of_second_runs(lab, extent, console),
            *rows_of_dead_men(lab, TRIALS if full else SHORT_TRIALS, console),
        ]


def _applied(lab: Lab, targets: dict[str, str]) -> Configuration:
    quick = WavePolicy(growth=len(targets))
    return bring(lab, targets, patience=Patience(0.2, 10.0), timer_s=60.0, waves=quick)


def _trial(lab: Lab, kind: str, dice: Random) -> Trial | None:
    """Strike one change; None when it was confirmed before the blow fell."""
    router = dice.choice(lab.routers)
    before = running(lab, router)
    target = changed(before, dice)
    if kind == "cut by the change":
        target = with_lines(target, *_CUT)
    known = guards_armed(lab, router)
    controller = _controller(lab, router, target)
    try:
        guard = _await_guard(lab, router, known)
        moment = None if kind == "cut by the change" else dice.uniform(0.0, WATCHED_S)
        time.sleep(moment or 0.0)
        _strike(lab, router, kind, controller)
        return _aftermath(lab, router, guard, Trial(kind, router, moment, False, None), before)
    finally:
        _end(controller)
        run("ip", "-n", lab.namespace(router), "link", "set", "mgmt", "up")


def _strike(lab: Lab, router: str, kind: str, controller: "subprocess.Popen[bytes]") -> None:
    if kind == "killed":
        _end(controller)
    elif kind == "cut from outside":
        run("ip", "-n", lab.namespace(router), "link", "set", "mgmt", "down")


def _aftermath(lab: Lab, router: str, guard: str, trial: Trial, before: str) -> Trial | None:
    agent = lab.router_directory(router) / "agent"
    end = time.monotonic() + _WAIT_S
    while not (agent / f"{guard}.log").exists() and time.monotonic() < end:
        if (agent / f"{guard}.released").exists():
            bring(lab, {router: before})
            return None
        time.sleep(_POLL_S)
    log = json.loads((agent / f"{guard}.log").read_text() or "{}")
    restored = running(lab, router) == before
    late = log.get("late_s")
    return Trial(trial.kind, router, trial.moment_s, restored, late)


def _await_guard(lab: Lab, router: str, known: frozenset[str]) -> str:
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end:
        fresh = [x for x in guards_armed(lab, router) - known if (_held(lab, router, x)).exists()]
        if fresh:
            return fresh[0]
        time.sleep(_POLL_S)
    raise site.NotMeasured(f"{router}: no guard was armed within {_WAIT_S:g} s")


def _held(lab: Lab, router: str, guard: str) -> Path:
    return lab.router_directory(router) / "agent" / f"{guard}.held"


def _controller(lab: Lab, router: str, target: str) -> "subprocess.Popen[bytes]":
    file = directory("change") / "target.conf"
    file.write_text(target)
    words = [sys.executable, "-c", _CONTROLLER, lab.name, router, str(file)]
    return subprocess.Popen(words, cwd=home.root(), start_new_session=True)


def _end(controller: "subprocess.Popen[bytes]") -> None:
    if controller.poll() is None:
        os.killpg(controller.pid, signal.SIGKILL)
    controller.wait()
