"""`make bench-loop`: what a failing link costs with and without the loop, on real routers."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from forerunner.bench import rows
from forerunner.bench.loop import demo_time, figures
from forerunner.bench.rows import Row
from forerunner.degradation import schedule
from forerunner.trials import arms, reaction, trial
from forerunner.trials.reaction import Reaction
from forerunner.trials.site import Site
from forerunner.trials.trial import Trial

KINDS = ("linear", "stepped", "bursty")
SEEDS = (101, 102, 103, 104, 105)
FLAPPING_SEEDS = (201, 202, 203)
BENIGN_SEED, BENIGN_LIVE_S, BENIGN_REPLAY_HOURS = 301, 600, 100


@dataclass(frozen=True)
class Extent:
    """How much is run.

    Attributes:
        kinds: Kinds of degradation that end in a fault.
        seeds: Seeds of each.
        flapping: Seeds of flapping links.
        benign_s: Live seconds of benign telemetry.
        hours: Generated hours of benign telemetry, replayed.
        demo: Whether `make demo` is timed from a fresh clone.
        first_lab: Index of the first of three labs.
        port: Of Airflow.
    """

    kinds: Sequence[str] = KINDS
    seeds: Sequence[int] = SEEDS
    flapping: Sequence[int] = FLAPPING_SEEDS
    benign_s: float = BENIGN_LIVE_S
    hours: int = BENIGN_REPLAY_HOURS
    demo: bool = True
    first_lab: int = 60
    port: int = 18080


# In labs of its own: the tests may run while a long benchmark does.
SHORT = Extent(("linear",), SEEDS[:1], (), 0, 2, demo=False, first_lab=70, port=18180)


def main(short: bool = False) -> Path:
    """Run the benchmark and write `var/bench/loop.json`; its path is returned.

    Args:
        short: One fault in every arm and nothing else, for continuous integration.
    """
    extent, console = SHORT if short else Extent(), Console()
    directory = rows.directory("loop")
    sites = {arm: Site(extent.first_lab + i, directory / arm) for i, arm in enumerate(arms.ARMS)}
    with ExitStack() as stack:
        measured = _measure(sites, extent, directory, console, stack)
    measured += demo_time.measure(console) if extent.demo else demo_time.unmeasured()
    return rows.write("loop", measured, console)


def _measure(
    sites: dict[str, Site], extent: Extent, directory: Path, console: Console, stack: ExitStack
) -> list[Row]:
    built = _raise(sites, extent.port, stack, console)
    ours = sites["forerunner"]
    faults = _faults(sites, extent, directory, console)
    flapping = _flapping(ours, extent, directory, console)
    benign = _benign(ours, extent, directory, console)
    return [
        *figures.shares(faults),
        *figures.reactions(faults),
        *figures.benign(benign, extent.benign_s, BENIGN_SEED),
        *figures.replayed(extent.hours, ours, directory),
        *figures.flapping(flapping),
        figures.lab_up(built),
        *figures.probing(faults, ours),
    ]


def _raise(sites: dict[str, Site], port: int, stack: ExitStack, console: Console) -> float:
    for arm, site in sites.items():
        console.print(f"lab {site.index}: raising the arm {arm}")
        stack.callback(arms.lower, site, arm)
    first = sites["forerunner"]
    built = first.playbook("build_lab")
    for arm, site in sites.items():
        arms.raise_arm(site, arm, port)
    return built


def _faults(
    sites: dict[str, Site], extent: Extent, directory: Path, console: Console
) -> list[tuple[dict[str, Trial], Reaction]]:
    """Play every fault in all arms at the same time, so that the machine's mood is shared."""
    done = []
    for seed in extent.seeds:
        for kind in extent.kinds:
            with ThreadPoolExecutor(len(sites)) as pool:
                list(pool.map(arms.reset, sites.values(), sites))
                plan = schedule(kind, seed)
                runs = {
                    arm: pool.submit(trial.run, site, plan, arm, directory)
                    for arm, site in sites.items()
                }
            trials = {arm: run.result() for arm, run in runs.items()}
            answer = reaction.read(sites["forerunner"], trials["forerunner"])
            done.append((trials, answer))
            console.print(figures.line(trials, answer))
    return done


def _flapping(
    site: Site, extent: Extent, directory: Path, console: Console
) -> list[tuple[Trial, int]]:
    done = []
    for seed in extent.flapping:
        arms.reset(site, "forerunner")
        played = trial.run(site, schedule("flapping", seed), "forerunner", directory)
        reaction.settle(site)
        count = len(reaction.acts(site, played.began_at))
        console.print(f"flapping, seed {seed}: {count} acts")
        done.append((played, count))
    return done


def _benign(site: Site, extent: Extent, directory: Path, console: Console) -> int | None:
    if not extent.benign_s:
        return None
    arms.reset(site, "forerunner")
    began = time.time()
    console.print(f"benign: {extent.benign_s:.0f} live seconds")
    plan = schedule("benign", BENIGN_SEED, length_s=extent.benign_s)
    trial.run(site, plan, "forerunner", directory)
    reaction.settle(site)
    return len(reaction.acts(site, began))
