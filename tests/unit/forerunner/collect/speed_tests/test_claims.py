"""Claims of links: one test on a link at a time, whichever process runs it."""

import multiprocessing
from pathlib import Path

import pytest

from forerunner.collect.speed_tests.claims import Claimed, ClaimLost, Claims
from forerunner.database import Database


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def claims(tmp_path: Path, clock: Clock) -> Claims:
    return Claims(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"), clock)


def test_a_claimed_link_is_refused_and_nothing_of_the_others_is_taken(claims: Claims) -> None:
    claims.take({"r1:r2", "r2:r3"}, "mine", 60)
    with pytest.raises(Claimed, match=r"r2:r3 is claimed for mine by process \d+ on .* until"):
        claims.take({"r2:r3", "r3:r4"}, "theirs", 60)
    assert {each.link for each in claims.live()} == {"r1:r2", "r2:r3"}


def test_others_may_test_elsewhere_meanwhile(claims: Claims) -> None:
    claims.take({"r1:r2"}, "mine", 60)
    claims.take({"r3:r4"}, "theirs", 60)


def test_a_link_that_is_given_back_is_free(claims: Claims) -> None:
    claim = claims.take({"r1:r2"}, "mine", 60)
    claims.give_back(claim)
    claims.give_back(claim)
    assert claims.take({"r1:r2"}, "theirs", 60).fences == {"r1:r2": 2}


def test_a_claim_runs_out_by_itself_and_not_before(claims: Claims, clock: Clock) -> None:
    claims.take({"r1:r2"}, "mine", 60)
    clock.now += 59
    with pytest.raises(Claimed):
        claims.take({"r1:r2"}, "theirs", 60)
    clock.now += 2
    claims.take({"r1:r2"}, "theirs", 60)


def test_a_confirmed_claim_lasts_anew(claims: Claims, clock: Clock) -> None:
    claim = claims.take({"r1:r2"}, "mine", 60)
    clock.now += 50
    claims.confirm(claim, 60)
    clock.now += 50
    with pytest.raises(Claimed):
        claims.take({"r1:r2"}, "theirs", 60)


@pytest.mark.parametrize("taken", [True, False], ids=["and was taken", "and was not taken"])
def test_a_claim_that_ran_out_is_not_confirmed(claims: Claims, clock: Clock, taken: bool) -> None:
    claim = claims.take({"r1:r2", "r2:r3"}, "mine", 60)
    clock.now += 61
    if taken:
        claims.take({"r2:r3"}, "theirs", 60)
    with pytest.raises(ClaimLost, match="mine: its claim of links ran out"):
        claims.confirm(claim, 60)


def test_giving_back_what_ran_out_takes_nothing_from_its_next_holder(
    claims: Claims, clock: Clock
) -> None:
    late = claims.take({"r1:r2"}, "mine", 60)
    clock.now += 61
    claims.take({"r1:r2"}, "theirs", 60)
    claims.give_back(late)
    assert [each.test for each in claims.live()] == ["theirs"]


def _grasp(url: str, number: int, together, got) -> None:
    claims = Claims(Database(url))
    together.wait(30)
    try:
        claims.take({"r1:r2", f"r{number + 3}:x"}, str(number), 60)
    except Claimed:
        return
    got.put(number)


def test_of_processes_that_come_together_one_gets_the_link(tmp_path: Path) -> None:
    context, url = multiprocessing.get_context("fork"), f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    got, together = context.SimpleQueue(), context.Barrier(4)
    processes = [context.Process(target=_grasp, args=(url, n, together, got)) for n in range(4)]
    for each in processes:
        each.start()
    for each in processes:
        each.join(30)
    assert [each.exitcode for each in processes] == [0] * 4
    winner = got.get()
    assert got.empty()
    held = {each.link for each in Claims(Database(url)).live()}
    assert held == {"r1:r2", f"r{winner + 3}:x"}
