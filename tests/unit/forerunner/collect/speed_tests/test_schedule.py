"""Schedules: no two tests at once share a link, and no time is wasted that need not be."""

from itertools import combinations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.speed_tests.schedule import lower_bound, rounds, schedule
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way

LINKS = [f"r{n}:r{n + 1}" for n in range(9)]


def made(number: int, links: set[str], duration: int = 5) -> tuple[SpeedTest, Way]:
    return SpeedTest(f"a{number}", f"b{number}", "udp", 1e6, duration), Way(frozenset(links))


ways = st.lists(
    st.tuples(st.sets(st.sampled_from(LINKS), min_size=1), st.integers(1, 30)), max_size=14
).map(lambda drawn: dict(made(n, links, duration) for n, (links, duration) in enumerate(drawn)))


@given(ways, st.floats(0, 5), st.integers(0, 3))
def test_no_two_at_once_share_a_link(given: dict[SpeedTest, Way], gap_s: float, seed: int) -> None:
    slots = schedule(given, gap_s, seed)
    assert sorted(slot.test for slot in slots) == sorted(given)
    for one, two in combinations(slots, 2):
        assert not one.way.shares(two.way) or one.end_s + gap_s <= two.start_s + 1e-9


@given(ways, st.integers(0, 3), st.randoms())
def test_the_same_tests_give_the_same_schedule_in_whatever_order_they_come(
    given: dict[SpeedTest, Way], seed: int, dice
) -> None:
    mixed = list(given.items())
    dice.shuffle(mixed)
    assert schedule(dict(mixed), seed=seed) == schedule(given, seed=seed)


@given(ways)
def test_it_lies_between_the_bound_and_one_after_the_other(given: dict[SpeedTest, Way]) -> None:
    slots = schedule(given, 1.0)
    length = max((slot.end_s for slot in slots), default=0.0)
    assert lower_bound(given, 1.0) <= length + 1e-9
    assert length <= sum(each.duration_s + 1.0 for each in given)


@given(ways)
def test_it_is_never_longer_than_its_colouring_round_by_round(given: dict[SpeedTest, Way]) -> None:
    tests = sorted(given)
    graph = nx.Graph()
    graph.add_nodes_from(range(len(tests)))
    pairs = combinations(graph, 2)
    graph.add_edges_from((a, b) for a, b in pairs if given[tests[a]].shares(given[tests[b]]))
    by_round: dict[int, int] = {}
    for number, colour in nx.greedy_color(graph, strategy="DSATUR").items():
        by_round[colour] = max(by_round.get(colour, 0), tests[number].duration_s)
    length = max((slot.end_s for slot in schedule(given, 0.0)), default=0.0)
    assert length <= sum(by_round.values()) + 1e-9


def test_what_shares_nothing_is_one_round() -> None:
    assert rounds(schedule(dict(made(n, {link}) for n, link in enumerate(LINKS)))) == 1


def test_an_odd_ring_of_conflicts_takes_three_rounds_and_not_five() -> None:
    ring = dict(made(n, {LINKS[n], LINKS[(n + 1) % 5]}) for n in range(5))
    assert rounds(schedule(ring)) == 3


def test_short_ones_are_packed_beside_a_long_one() -> None:
    given = dict([made(0, {"a"}, 30), *(made(n, {"b"}, 9) for n in (1, 2, 3))])
    assert max(slot.end_s for slot in schedule(given, 1.0)) == 30
