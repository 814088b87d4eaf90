"""One contract over all subscriber systems, each against its real daemon, killed in the middle too.

The HLR is osmo-hlr itself, the HSS our reference with real Diameter in three styles; G-Port, MIND
and SRP are the lab's simulator and stand-ins, the last two over REST and over lots.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from forerunner.orders.reconciling import nobody
from forerunner.subscriber_lab.place import SYSTEMS
from forerunner.telco import Change, Subscriber, SubscriberSystem, SystemUnreachable
from tests.integration.standing import Standing, created, made

PROVING = ("hlr", "hss")
STYLES = (*SYSTEMS, "hss:pyhss", "hss:soap", "mind:lots", "srp:lots")


@pytest.fixture(scope="module", params=STYLES)
def system(
    request: pytest.FixtureRequest, machine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """Each system in turn, with nothing of anybody on it at first."""
    standing = Standing(request.param, tmp_path_factory.mktemp("system"))
    standing.start()
    yield standing
    standing.kill()


_COUNTER = iter(range(0, 10**6, 1000))


@pytest.fixture
def sims() -> list[Subscriber]:
    """Six SIMs that no other test has."""
    return made(next(_COUNTER), 6)


def test_new_sims_stand_as_ordered_and_are_listed(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    async def listed(each: SubscriberSystem) -> list[object]:
        return [record async for some in each.everything() for record in some]

    assert system.ask(lambda each: each.taken(sims)) == [""] * 6
    assert system.bring(*created(sims)) == [""] * 6
    assert system.holds(sims) == [True] * 6
    assert all(system.ask(lambda each: each.taken(sims)))
    everything = system.ask(listed)
    meant = [system.ask(_expected(each)) for each in sims]
    # CAI3G lists nothing.
    assert [each in everything for each in meant] == [system.style != "soap"] * 6


def _expected(sim: Subscriber) -> Callable[[SubscriberSystem], Awaitable[object]]:
    async def act(system: SubscriberSystem) -> object:
        return system.expected(sim)

    return act


def test_the_same_again_changes_nothing(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    system.bring(*created(sims))
    assert system.bring(*created(sims)) == [""] * 6
    assert system.holds(sims) == [True] * 6


def test_sims_are_suspended_resumed_swapped_ported_out_and_terminated(
    system: Standing, sims
) -> None:  # type: ignore[no-untyped-def]
    system.bring(*created(sims))
    suspended = replace(sims[0], status="suspended")
    swapped = replace(sims[1], imsi="001017" + sims[1].imsi[6:], k="e" * 32)
    ported = replace(sims[2], routing_number="123456")
    changes = [Change(sims[0], suspended), Change(sims[1], swapped), Change(sims[2], ported)]

    assert system.bring(*changes, Change(sims[3], None)) == [""] * 4
    assert system.holds([suspended, swapped, ported]) == [True] * 3
    assert system.absent([sims[3]])
    assert system.bring(*[each.undone for each in changes]) == [""] * 3
    assert system.holds(sims[:3]) == [True] * 3


def test_two_sims_exchange_their_numbers(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    system.bring(*created(sims))
    one, other = sims[:2]
    pair = [replace(one, msisdn=other.msisdn), replace(other, msisdn=one.msisdn)]

    assert system.bring(Change(one, pair[0]), Change(other, pair[1])) == ["", ""]
    assert system.holds(pair) == [True, True]


def test_what_somebody_else_put_there_is_left_as_it_is(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    theirs = replace(sims[0], k="d" * 32, iccid="8949109999999999999", routing_number="")
    if system.kind in ("gport", "srp") or not system.tells_keys:
        pytest.skip("it tells neither keys nor cards, so nothing tells the two apart")
    system.bring(Change(None, theirs))

    assert all(system.bring(Change(None, sims[0]), Change(None, sims[1]))[:1])
    assert system.holds([theirs, sims[1]]) == [True, True]


def test_what_somebody_else_changed_is_replaced_where_a_repair_claims_it(
    system: Standing, sims
) -> None:  # type: ignore[no-untyped-def]
    system.bring(*created(sims[:4]))
    behind = system.bring(
        Change(sims[0], None),
        Change(sims[1], replace(sims[1], routing_number="123456")),
        Change(sims[2], replace(sims[2], status="suspended", k="d" * 32)),
        Change(None, sims[4]),
    )
    assert behind == [""] * 4
    # Of what nobody has ordered no more is known than its number.
    number = sims[4].msisdn if system.kind == "gport" else sims[4].imsi
    stray = replace(nobody(number), iccid="89", k="f" * 32, opc="f" * 32, profile=sims[0].profile)

    back = [Change(each, each, claims=True) for each in sims[:4]]
    assert system.bring(*back, Change(stray, None, claims=True)) == [""] * 5
    assert system.holds(sims[:4]) == [True] * 4
    assert system.absent([sims[4]])
    assert system.bring(*back) == [""] * 4


@pytest.mark.parametrize("end", ["\n", " ", "\0", "'", '"', ")", "\u0661"])
def test_a_number_that_is_none_never_reaches_it(system: Standing, sims, end: str) -> None:  # type: ignore[no-untyped-def]
    bad = [replace(sims[0], msisdn=sims[0].msisdn + end), replace(sims[1], imsi="1" + end)]
    said = system.bring(Change(None, bad[0]), Change(None, sims[2]))

    assert (bool(said[0]), said[1]) == (True, "")
    assert system.absent([sims[0]])
    if system.kind != "gport":
        assert system.bring(Change(None, bad[1])) != [""]


@pytest.mark.parametrize("after_s", [0.01, 0.04, 0.1])
def test_after_a_kill_in_the_middle_the_same_again_ends_it(
    system: Standing, after_s: float
) -> None:
    many = made(next(_COUNTER), 400)

    async def cut(each: SubscriberSystem) -> None:
        asyncio.get_running_loop().call_later(after_s, system.kill)
        await each.bring(created(many))

    with suppress(SystemUnreachable):
        system.ask(cut)
    system.kill()
    system.start()

    assert set(system.bring(*created(many))) == {""}
    assert all(system.holds(many))
    assert set(system.bring(*[Change(each, None) for each in many])) == {""}
    assert system.absent(many)


def test_a_proof_finds_every_altered_bit(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    if system.kind not in PROVING:
        pytest.skip("it has no keys to prove")
    system.bring(*created(sims))
    bits = (0, 1, 63, 64, 127)
    wrong = [
        replace(sim, k=f"{int(sim.k, 16) ^ 1 << bit:032x}")
        for sim, bit in zip(sims, bits, strict=False)
    ]
    unknown = replace(sims[5], imsi="001019999999999")

    assert system.ask(lambda each: each.prove(sims)) == [""] * 6  # type: ignore[attr-defined]
    said = system.ask(lambda each: each.prove([*wrong, unknown]))  # type: ignore[attr-defined]
    assert ["MAC of a vector" in each for each in said] == [True] * 5 + [False]
    assert said[5]


def test_a_system_that_is_not_there_is_unreachable(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    system.kill()
    try:
        with pytest.raises(SystemUnreachable, match=f"{system.kind}1: "):
            system.bring(*created(sims))
    finally:
        system.start()
