"""When each test runs: those that share a link one after the other, all others side by side.

Tests are the vertices of a graph, and two that share a link are neighbours. Where all last
equally long, this is its colouring, a round a colour; otherwise it is the packing of intervals
over the same graph. Both are NP-hard, so several orders are tried, and the shortest schedule
that comes of putting each test at the earliest time that is free is taken: the colours of
DSATUR, the longest first, the most constrained first, and some seeded shuffles.

Source: Brélaz 1979 (DSATUR); Graham 1969 (list scheduling). O(n² log n) an order.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way

GAP_S = 1.0
"""Seconds between two tests that share a link: queues empty, and TCP lets go."""
_SHUFFLES = 16
_SWAPS = 2
Order = Sequence[int]


@dataclass(frozen=True)
class Slot:
    """A test at its time.

    Attributes:
        test: The test.
        way: What it occupies.
        start_s: Seconds from the beginning of the schedule.
    """

    test: SpeedTest
    way: Way
    start_s: float

    @property
    def end_s(self) -> float:
        """Return when it ends."""
        return self.start_s + self.test.duration_s


def schedule(
    ways: Mapping[SpeedTest, Way], gap_s: float = GAP_S, seed: int = 0
) -> tuple[Slot, ...]:
    """Return the tests in the order of their starts; the same for the same tests and seed.

    Args:
        ways: What each test occupies.
        gap_s: Seconds between two tests that share a link.
        seed: Of the orders that are tried.
    """
    tests = sorted(ways)
    graph = _conflicts([ways[each] for each in tests])
    lasting = [each.duration_s + gap_s for each in tests]
    least, best = lower_bound(ways, gap_s), list[float]()
    for order in _orders(graph, lasting, random.Random(seed)):
        starts = _packed(graph, lasting, order)
        if not best or _length(starts, lasting) < _length(best, lasting):
            best = starts
        if _length(best, lasting) <= least + gap_s:
            break
    slots = (Slot(test, ways[test], start) for test, start in zip(tests, best, strict=True))
    return tuple(sorted(slots, key=lambda slot: (slot.start_s, slot.test)))


def lower_bound(ways: Mapping[SpeedTest, Way], gap_s: float = GAP_S) -> float:
    """Return seconds that no schedule can undercut: those of the tests on the busiest link."""
    busy: dict[str, float] = defaultdict(float)
    for test, way in ways.items():
        for link in way.links:
            busy[link] += test.duration_s + gap_s
    return max(busy.values(), default=gap_s) - gap_s


def rounds(slots: Sequence[Slot]) -> int:
    """Return how many different starts a schedule has."""
    return len({slot.start_s for slot in slots})


def _conflicts(ways: Sequence[Way]) -> "nx.Graph[int]":
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(ways)))
    users: dict[str, list[int]] = defaultdict(list)
    for number, way in enumerate(ways):
        for link in sorted(way.links):
            graph.add_edges_from((number, other) for other in users[link])
            users[link].append(number)
    return graph


def _orders(
    graph: "nx.Graph[int]", lasting: Sequence[float], dice: random.Random
) -> Iterator[Order]:
    """Yield the orders in which tests are put at their earliest times."""
    numbers = list(graph)
    weight = [lasting[x] + sum(lasting[y] for y in graph[x]) for x in numbers]
    colours = nx.greedy_color(graph, strategy="DSATUR")
    yield sorted(numbers, key=lambda x: (colours[x], -lasting[x], x))
    yield sorted(numbers, key=lambda x: (-lasting[x], -weight[x], x))
    constrained = sorted(numbers, key=lambda x: (-weight[x], -lasting[x], x))
    yield constrained
    for _ in range(_SHUFFLES):
        yield _shuffled(constrained, dice)


def _shuffled(order: Order, dice: random.Random) -> Order:
    """Return an order in which each is some places from where it was."""
    return sorted(order, key=lambda x: order.index(x) + dice.uniform(0, _SWAPS * len(order) ** 0.5))


def _packed(graph: "nx.Graph[int]", lasting: Sequence[float], order: Order) -> list[float]:
    """Return each test's start: the earliest at which its neighbours leave room for it."""
    starts = [-1.0] * len(lasting)
    for number in order:
        taken = sorted((starts[x], starts[x] + lasting[x]) for x in graph[number] if starts[x] >= 0)
        start = 0.0
        for begin, end in taken:
            if start + lasting[number] <= begin:
                break
            start = max(start, end)
        starts[number] = start
    return starts


def _length(starts: Sequence[float], lasting: Sequence[float]) -> float:
    return max((a + b for a, b in zip(starts, lasting, strict=True)), default=0.0)
