"""Speed tests of several processes at once, some of them killed: whether two shared a link.

The schedules and the claims are the product's. What is counted is not: each process writes down
when a test sends, by the one clock of the machine, and the links that it sends over are those of
all shortest paths as networkx lists them on a graph that was built from the bare edges.
"""

import asyncio
import multiprocessing
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.bench.telemetry.networks import Case, cases
from forerunner.collect.speed_tests.claims import Claim, Claims
from forerunner.collect.speed_tests.conduct import Limits, Turn, conduct
from forerunner.collect.speed_tests.schedule import lower_bound, schedule
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way, Ways
from forerunner.database import Database
from forerunner.errors import ForerunnerError

_SCHEDULES = {"full": 100, "short": 4}
_PROCESSES, _TESTS, _LASTING_S = 3, 8, 0.04
_KILL_EVERY = 4
_SEED = 20261127
_GAP_S = 0.0
_LEAST = 0.8
"""Share of the tests that must send; a killed process does not come to all of its own."""
# As short as the tests, so that what a killed process held runs out soon.
_LIMITS = Limits(wait_s=60.0, setting_up_s=1.0, late_s=0.3, slack_s=0.2, poll_s=0.01)


@dataclass(frozen=True)
class _Span:
    """When a test sent over a link."""

    link: str
    test: str
    began: float
    ended: float


class _Unclaimed(Claims):
    """Claims that nobody is refused: shows that the count sees what claims prevent."""

    def take(self, links: Any, test: str, lasting_s: float) -> Claim:  # noqa: ARG002
        return Claim(test, test, {})

    def confirm(self, claim: Claim, lasting_s: float) -> None:  # noqa: ARG002
        return

    def give_back(self, claim: Claim) -> None:  # noqa: ARG002
        return


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `speed_test_overlaps` and what informs beside it."""
    count, directory = _SCHEDULES[extent], form.fresh("telemetry", "speed_tests")
    made = list(cases(count, _SEED, _PROCESSES, _TESTS, _LASTING_S))
    try:
        shared, sent = _counted(made, directory, claimed=True)
        bare, _ = _counted(made[: max(2, count // 10)], directory, claimed=False)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    wanted = sum(len(each) for case in made for each in case.wanted)
    if sent < _LEAST * wanted:
        raise ForerunnerError(f"{sent} of {wanted} tests sent: what is counted says nothing")
    console.print(f"{count} schedules, {sent} tests sent, {shared} shared a link; unclaimed {bare}")
    ratio = form.median([_stretch(case) for case in made])
    return _rows(count, sent, shared, bare, ratio)


def _rows(count: int, sent: int, shared: int, bare: int, ratio: float | None) -> list[Row]:
    about = f"{_PROCESSES} processes at once, one in {_KILL_EVERY} times killed; {sent} tests sent"
    given = {
        "speed_test_overlaps": (f"tests that shared a link in {count} schedules, {about}", shared),
        "speed_test_overlaps_unclaimed": ("the same where no link is claimed, a tenth", bare),
        "speed_test_length": ("length of a schedule by the busiest link's, median", ratio),
    }
    goals = {"speed_test_overlaps": "== 0"}
    return [
        Row(name, what, value, goal=goals.get(name), n=count, seed=str(_SEED))
        for name, (what, value) in given.items()
    ]


def _counted(made: list[Case], directory: Path, *, claimed: bool) -> tuple[int, int]:
    """Return how many tests shared a link, and how many sent."""
    shared = sent = 0
    for number, case in enumerate(made):
        place = directory / f"{number}-{claimed}"
        place.mkdir()
        _run(case, place, claimed, kill=number % _KILL_EVERY == 0)
        spans = list(_spans(case, place))
        sent += len({each.test for each in spans})
        shared += len(_sharing(spans))
    return shared, sent


def _run(case: Case, place: Path, claimed: bool, kill: bool) -> None:
    """Let the processes run their tests at once, and kill the first on its way where it is to."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    working = [
        context.Process(target=_work, args=(case, number, place, claimed), daemon=True)
        for number in range(_PROCESSES)
    ]
    for each in working:
        each.start()
    if kill:
        time.sleep(random.Random(case.name).uniform(0.05, 0.6))
        working[0].kill()
    for each in working:
        each.join()


def _work(case: Case, number: int, place: Path, claimed: bool) -> None:
    claims = (Claims if claimed else _Unclaimed)(Database(f"sqlite:///{place / 'ledger.sqlite'}"))
    slots = schedule(_ways(case, case.wanted[number]), _GAP_S, seed=number)

    async def act(turn: Turn) -> Mapping[str, float]:
        await turn.confirm()
        name = f"{number}/{turn.slot.test.name}"
        _note(file, name, turn.slot.test, time.monotonic(), time.monotonic() + turn.life_s)
        await asyncio.sleep(turn.slot.test.duration_s)
        _note(file, name, turn.slot.test, 0.0, time.monotonic())
        return {}

    with (place / f"{number}.sent").open("a", buffering=1) as file:
        asyncio.run(conduct(slots, claims, act, _LIMITS))


def _note(file: Any, name: str, test: SpeedTest, began: float, ended: float) -> None:
    file.write(f"{name.replace(' ', '_')} {test.source} {test.target} {began} {ended}\n")


def _spans(case: Case, place: Path) -> Iterator[_Span]:
    """Yield what was sent over each link; of a killed process, until its programs would end."""
    told: dict[str, tuple[str, str, float, float]] = {}
    for file in place.glob("*.sent"):
        for name, source, target, began, ended in map(str.split, file.read_text().splitlines()):
            begin = float(began) or told[name][2]
            told[name] = (source, target, begin, float(ended))
    graph: nx.Graph[str] = nx.Graph()
    graph.add_weighted_edges_from(case.edges)
    for name, (source, target, begin, end) in told.items():
        for link in _links(graph, case, source, target):
            yield _Span(link, name, begin, end)


def _links(graph: "nx.Graph[str]", case: Case, source: str, target: str) -> set[str]:
    here, there = case.routers[source], case.routers[target]
    found = {f"{here} {source}", f"{there} {target}"}
    for path in nx.all_shortest_paths(graph, here, there, weight="weight"):
        found |= {" ".join(sorted(ends)) for ends in pairwise(path)}
    return found


def _sharing(spans: list[_Span]) -> set[str]:
    """Return the tests that sent over a link while another did."""
    by_link: dict[str, list[_Span]] = defaultdict(list)
    for each in spans:
        by_link[each.link].append(each)
    found: set[str] = set()
    for some in by_link.values():
        latest: _Span | None = None
        for each in sorted(some, key=lambda x: x.began):
            if latest and each.began < latest.ended:
                found |= {latest.test, each.test}
            if latest is None or each.ended > latest.ended:
                latest = each
    return found


def _ways(case: Case, wanted: tuple[SpeedTest, ...]) -> dict[SpeedTest, Way]:
    ways = Ways(case.topology, case.routers)
    return {each: ways.between(each.source, each.target) for each in wanted}


def _stretch(case: Case) -> float:
    """Return how long a schedule is, by the bound that none can undercut."""
    ways = _ways(case, case.wanted[0])
    return max(slot.end_s for slot in schedule(ways, _GAP_S)) / lower_bound(ways, _GAP_S)
