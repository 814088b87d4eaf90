"""Conducting: tests that share a link never run at once, in one process or in several."""

import asyncio
import multiprocessing
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from forerunner.collect.speed_tests.claims import Claims
from forerunner.collect.speed_tests.conduct import Ended, Limits, Skipped, Turn, Unsettled, conduct
from forerunner.collect.speed_tests.schedule import schedule
from forerunner.collect.speed_tests.wanted import SpeedTest
from forerunner.collect.speed_tests.ways import Way
from forerunner.database import Database
from forerunner.errors import ForerunnerError

WANTED = {"a": {"r1:r2"}, "b": {"r1:r2", "r2:r3"}, "c": {"r3:r4"}, "d": {"r2:r3", "r3:r4"}}
SLOTS = schedule(
    {SpeedTest(x, x, "udp", 1e6, 1): Way(frozenset(links)) for x, links in WANTED.items()}
)


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))


async def measured(turn: Turn) -> Mapping[str, float]:
    await turn.confirm()
    await asyncio.sleep(0.05)
    return {"speed_udp_bit_s": 1e6}


def overlaps(ended: list[Ended]) -> list[tuple[str, str]]:
    pairs = ((x, y) for n, x in enumerate(ended) for y in ended[n + 1 :])
    return [
        (x.slot.test.name, y.slot.test.name)
        for x, y in pairs
        if x.slot.way.shares(y.slot.way) and x.began < y.ended and y.began < x.ended
    ]


def test_all_are_measured_and_links_are_free_afterwards(claims: Claims) -> None:
    ended = asyncio.run(conduct(SLOTS, claims, measured))
    assert [each.state for each in ended] == ["measured"] * 4
    assert [each.slot for each in ended] == list(SLOTS)
    assert claims.live() == []


def test_what_shares_no_link_runs_at_once(claims: Claims) -> None:
    apart = [slot for slot in SLOTS if slot.test.source in "ac"]
    one, two = asyncio.run(conduct(apart, claims, measured))
    assert one.began < two.ended
    assert two.began < one.ended


def test_a_limit_keeps_even_these_apart(claims: Claims) -> None:
    apart = [slot for slot in SLOTS if slot.test.source in "ac"]
    one, two = asyncio.run(conduct(apart, claims, measured, Limits(at_once=1)))
    assert one.ended <= two.began or two.ended <= one.began


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ForerunnerError("no"), "failed"),
        (Skipped("busy"), "skipped"),
        (Unsettled("?"), "unreachable"),
    ],
)
def test_one_that_is_not_measured_has_its_reason_and_the_others_go_on(
    claims: Claims, error: ForerunnerError, state: str
) -> None:
    async def act(turn: Turn) -> Mapping[str, float]:
        if turn.slot.test.source == "c":
            raise error
        return await measured(turn)

    slots = [slot for slot in SLOTS if slot.test.source != "d"]
    ended = {x.slot.test.source: x for x in asyncio.run(conduct(slots, claims, act))}
    assert (ended["c"].state, ended["c"].reason, ended["c"].figures) == (state, str(error), {})
    assert {ended[name].state for name in "ab"} == {"measured"}


def test_links_of_what_may_still_send_stay_claimed(claims: Claims) -> None:
    async def act(turn: Turn) -> Mapping[str, float]:
        raise Unsettled("cut off")

    asyncio.run(conduct(SLOTS[:1], claims, act))
    assert {each.link for each in claims.live()} == SLOTS[0].way.links


def test_one_that_hangs_ends_and_keeps_its_links(claims: Claims) -> None:
    async def act(turn: Turn) -> Mapping[str, float]:
        await asyncio.sleep(60)
        return {}

    limits = Limits(setting_up_s=0.1, late_s=-0.9)
    (ended,) = asyncio.run(conduct(SLOTS[:1], claims, act, limits))
    assert ended.state == "unreachable"
    assert "not done in time" in ended.reason
    assert claims.live()


def test_who_gets_no_turn_says_whose_turn_it_is(claims: Claims) -> None:
    claims.take({"r1:r2"}, "x>y tcp", 60)
    slots = [slot for slot in SLOTS if slot.test.source in "ac"]
    ended = {
        each.slot.test.source: each
        for each in asyncio.run(conduct(slots, claims, measured, Limits(wait_s=0.3)))
    }
    assert ended["a"].state == "skipped"
    assert "r1:r2 is claimed for x>y tcp by process" in ended["a"].reason
    assert ended["c"].state == "measured"


def test_a_claim_that_ran_out_before_the_start_is_a_failure(claims: Claims) -> None:
    async def act(turn: Turn) -> Mapping[str, float]:
        claims.give_back(turn.claim)
        return await measured(turn)

    (ended,) = asyncio.run(conduct(SLOTS[:1], claims, act))
    assert (ended.state, ended.figures) == ("failed", {})
    assert "ran out before it began" in ended.reason


def _conduct(url: str, file: Path) -> None:
    async def act(turn: Turn) -> Mapping[str, float]:
        await turn.confirm()
        began = time.monotonic()
        await asyncio.sleep(0.03)
        with file.open("a") as out:
            for link in turn.slot.way.links:
                out.write(f"{link} {began} {time.monotonic()}\n")
        return {}

    asyncio.run(conduct(SLOTS, Claims(Database(url)), act, Limits(wait_s=60)))


def test_processes_that_run_the_same_tests_share_no_link(tmp_path: Path) -> None:
    url, context = f"sqlite:///{tmp_path / 'ledger.sqlite'}", multiprocessing.get_context("fork")
    files = [tmp_path / f"{number}.spans" for number in range(3)]
    processes = [context.Process(target=_conduct, args=(url, file)) for file in files]
    for each in processes:
        each.start()
    for each in processes:
        each.join(60)
    rows = [line.split() for file in files for line in file.read_text().splitlines()]
    spans: dict[str, list[tuple[float, float]]] = {}
    for link, began, ended in rows:
        spans.setdefault(link, []).append((float(began), float(ended)))
    assert len(rows) == 3 * sum(map(len, WANTED.values()))
    for each in spans.values():
        each.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(each))
