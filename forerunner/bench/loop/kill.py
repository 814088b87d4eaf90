"""`make bench-loop-kill`: kill -9 the acting task at random moments; see what is left."""

import json
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import psutil
from rich.console import Console

from forerunner.bench import rows
from forerunner.bench.rows import Row
from forerunner.lab.convergence import query
from forerunner.model import Prediction, new_id
from forerunner.trials import arms, processes, reaction
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK

LAB, SHORT_LAB, AIRFLOW_PORT, SHORT_PORT, SEED = 63, 73, 18085, 18185, 401
KILLS, SHORT_KILLS = 20, 2
ORPHANS_AFTER_S, STARTED_WITHIN_S, CONVERGED_WITHIN_S = 10.0, 60.0, 150.0
VICTIMS = ("task", "supervisor")
"""Killed in turn: the process that runs the task, and the one that supervises it."""
STARTING_S = 2.5
"""What an act takes longer that nobody had made ready; so it is for a while after each kill."""
MOST_DRAWS = 80


@dataclass(frozen=True)
class Kill:
    """What one kill left behind.

    Attributes:
        victim: What was shot, a name in `VICTIMS`.
        stood_by: Whether the task had stood by, or was started by the prediction.
        moment_s: Seconds after the task had begun to act.
        playing: Ansible processes that were alive at that moment.
        orphans: Of their runs, processes that were still alive ten seconds later.
        costs: OSPF cost at both ends in the end.
        attempts: Outcomes that the ledger holds for the prediction.
        converged_s: Seconds from the kill until a drain was verified; None when none was.
    """

    victim: str
    stood_by: bool
    moment_s: float
    playing: int
    orphans: int
    costs: tuple[int, int]
    attempts: int
    converged_s: float | None

    @property
    def converged(self) -> bool:
        """Return whether a retry drained the link, at both ends."""
        return self.converged_s is not None and self.costs == (65535, 65535)


def main(short: bool = False) -> Path:
    """Run the benchmark and write `var/bench/loop-kill.json`; its path is returned.

    Args:
        short: Two kills instead of twenty.
    """
    console, directory = Console(), rows.directory("loop-kill")
    # In a lab of its own: the tests may run while a long benchmark does.
    site = Site(SHORT_LAB if short else LAB, directory / "site")
    with ExitStack() as stack:
        stack.callback(arms.lower, site, "forerunner")
        arms.raise_arm(site, "forerunner", SHORT_PORT if short else AIRFLOW_PORT)
        length = _undisturbed(site)
        console.print(f"an undisturbed act takes {length:.1f} s")
        kills = _kills(site, SHORT_KILLS if short else KILLS, length, console)
    (directory / "kills.json").write_text(json.dumps([asdict(kill) for kill in kills]) + "\n")
    return rows.write("loop-kill", _rows(kills), console)


def _rows(kills: list[Kill]) -> list[Row]:
    busy = sum(kill.playing > 0 for kill in kills)
    ready = sum(kill.stood_by for kill in kills)
    orphans = sum(kill.orphans for kill in kills)
    converged = sum(kill.converged for kill in kills)
    return [
        Row(
            "kill_orphans",
            f"ansible processes left {ORPHANS_AFTER_S:.0f} s after kill -9 of the DAG's task or "
            f"its supervisor; {busy} of {len(kills)} kills hit a running playbook, {ready} a drain "
            "that had stood by",
            orphans,
            goal="== 0",
            n=len(kills),
            seed=str(SEED),
        ),
        Row(
            "kill_converged",
            f"of {len(kills)} kills: both ends in the same state and drained by the retry",
            converged,
            goal=f"== {len(kills)}",
            n=len(kills),
            seed=str(SEED),
        ),
    ]


def _kills(site: Site, wanted: int, length_s: float, console: Console) -> list[Kill]:
    dice, kills = Random(SEED), list[Kill]()
    for _ in range(MOST_DRAWS):
        victim = VICTIMS[len(kills) % 2]
        # A shot that came too late hit nobody; the moment is drawn again.
        if kill := _kill(site, victim, dice.random(), length_s):
            kills.append(kill)
            console.print(f"{len(kills)}: {kill}")
        if len(kills) == wanted:
            return kills
    raise reaction.NoReaction(f"only {len(kills)} of {MOST_DRAWS} shots hit an act")


def _undisturbed(site: Site) -> float:
    """Let one prediction be acted on in peace; return how long its task ran, in seconds."""
    _start_over(site)
    prediction = _predict(site)
    task, begun = _acting(site, prediction), time.monotonic()
    while processes.acting(site, prediction) == task:
        time.sleep(0.05)
    length = time.monotonic() - begun
    if _await_drain(site, prediction, begun)[1] is None:
        raise reaction.NoReaction(f"{prediction} was not acted on; see `forerunner ledger`")
    return length


def _kill(site: Site, victim: str, share: float, length_s: float) -> Kill | None:
    """Kill at a moment of an act and return what was left; None when there was nobody to kill."""
    _start_over(site)
    predicted_at, prediction = time.time(), _predict(site)
    task = _acting(site, prediction)
    stood_by = task.create_time() < predicted_at
    moment_s = share * (length_s if stood_by else length_s + STARTING_S)
    time.sleep(moment_s)
    if processes.acting(site, prediction) != task:
        return None
    try:
        playing = processes.below(site, task)
        psutil.Process(task.pid if victim == "task" else task.ppid()).kill()
    except psutil.NoSuchProcess:
        return None
    shot = time.monotonic()
    time.sleep(ORPHANS_AFTER_S)
    runs = {play.run for play in playing}
    orphans = [play for play in processes.plays(site) if play.run in runs]
    attempts, converged = _await_drain(site, prediction, shot)
    costs = (_cost(site, 0), _cost(site, 1))
    left = len(playing), len(orphans)
    return Kill(victim, stood_by, moment_s, *left, costs, attempts, converged)


def _start_over(site: Site) -> None:
    """Return the link to service and stop telemetry, so that nothing else acts on it."""
    arms.quiet(site)
    arms.wait_in_service(site)


def _predict(site: Site) -> str:
    prediction = Prediction(
        id=new_id("prediction"),
        kind="link_failure",
        target=LINK,
        probability=1.0,
        lead_time_s=None,
        horizon_s=60.0,
        evidence={"made_by": "bench loop-kill"},
        model="none",
        made_at=time.time(),
    )
    ledger = site.ledger()
    try:
        ledger.add_prediction(prediction)
    finally:
        ledger.close()
    return prediction.id


def _acting(site: Site, prediction: str) -> psutil.Process:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < deadline:
        if found := processes.acting(site, prediction):
            return found
        time.sleep(0.02)
    raise reaction.NoReaction(f"no task acts on {prediction}; see {site.var}/airflow")


def _await_drain(site: Site, prediction: str, shot: float) -> tuple[int, float | None]:
    """Return how many outcomes the prediction has, and after how long one was verified."""
    deadline = shot + CONVERGED_WITHIN_S
    ledger = site.ledger()
    try:
        while True:
            entries = ledger.entries(prediction=prediction)
            attempts = sum(len(entry.outcomes) for entry in entries)
            if reaction.verified(entries, "drain_link"):
                return attempts, time.monotonic() - shot
            if time.monotonic() > deadline:
                return attempts, None
            time.sleep(0.5)
    finally:
        ledger.close()


def _cost(site: Site, end: int) -> int:
    lab = site.lab
    way = lab.topology.link(LINK).directions[end]
    socket = lab.router_directory(way.host) / "ospfd.vty"
    answer = json.loads(query(socket, f"show ip ospf interface {way.interface} json"))
    return int(answer["interfaces"][way.interface]["cost"])
