"""G-Port when something goes wrong: another writer, the other side, cuts, and who is not who."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from forerunner.subscriber_lab.gport.pdba import SIGNALLING_POINT
from forerunner.telco import Change, Subscriber, SystemUnreachable, TelcoError
from forerunner.telco.gport import open_system
from forerunner.telco.gport.client import Client
from forerunner.telco.gport.import_file import import_commands
from forerunner.telco.gport.messages import Command
from forerunner.telco.gport.settings import settings_from
from tests.integration.standing import Standing, created, made

_COUNTER = iter(range(500_000, 10**6, 1000))
ACTIVE, OTHER = 5873, 5883


@pytest.fixture(scope="module")
def gport(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    standing = Standing("gport", tmp_path_factory.mktemp("gport"))
    standing.start()
    yield standing
    standing.kill()


@pytest.fixture
def sims() -> list[Subscriber]:
    return made(next(_COUNTER), 6)


@pytest.fixture
def fault(gport: Standing) -> Iterator[Callable[..., None]]:
    """Have something go wrong: `fault(busy=2)`; afterwards nothing does."""
    path = gport.place.home("gport") / "faults.json"
    yield lambda **wanted: path.write_text(json.dumps(wanted)) and None
    path.unlink(missing_ok=True)


def data(gport: Standing, ports: Sequence[int] = (ACTIVE,), **more: Any) -> dict[str, Any]:
    nodes = [{"host": gport.place.address("gport"), "port": port} for port in ports]
    ours = {"sp": SIGNALLING_POINT, "profiles": {"basic": {}}, "patience": 5}
    return {"nodes": nodes, **ours, **more}


def bring(settings: dict[str, Any], changes: Sequence[Change]) -> list[str]:
    async def whole() -> list[str]:
        system = await open_system("gport1", settings)
        try:
            return await system.bring(changes)
        finally:
            await system.aclose()

    return asyncio.run(whole())


def test_numbers_that_do_not_follow_each_other_stand_too(gport: Standing) -> None:
    scattered = made(next(_COUNTER), 90)[::9]
    assert set(gport.bring(*created(scattered))) == {""}
    assert all(gport.holds(scattered))
    assert set(gport.bring(*[Change(each, None) for each in scattered])) == {""}
    assert gport.absent(scattered)


def test_a_busy_database_is_asked_again(
    gport: Standing, fault: Callable[..., None], sims: list[Subscriber]
) -> None:
    fault(busy=3)
    assert set(bring(data(gport), created(sims))) == {""}
    assert all(gport.holds(sims))


def test_another_writer_is_waited_for_as_long_as_we_are_patient(
    gport: Standing, sims: list[Subscriber]
) -> None:
    async def whole() -> list[str]:
        first = Client(settings_from("gport1", data(gport)))
        second = await open_system("gport1", data(gport, patience=0.3))
        third = await open_system("gport1", data(gport))
        async with first.transaction("write"):
            with pytest.raises(SystemUnreachable, match="somebody else holds the write"):
                await second.bring(created(sims))
            waiting = asyncio.create_task(third.bring(created(sims)))
            await asyncio.sleep(0.3)
        try:
            return await waiting
        finally:
            for each in (first, second, third):
                await each.aclose()

    assert set(asyncio.run(whole())) == {""}
    assert all(gport.holds(sims))


@pytest.mark.parametrize("code", [1006, 1008])
def test_what_one_side_may_not_write_the_other_does(
    gport: Standing, fault: Callable[..., None], sims: list[Subscriber], code: int
) -> None:
    fault(active=1, standby_code=code)
    assert set(bring(data(gport, (ACTIVE, OTHER)), created(sims))) == {""}
    with pytest.raises(SystemUnreachable, match="no node"):
        bring(data(gport, (ACTIVE,), patience=0.3), created(made(next(_COUNTER), 2)))
    fault()
    assert all(gport.holds(sims))


def test_the_sides_change_while_it_is_connected(
    gport: Standing, fault: Callable[..., None]
) -> None:
    first, second = made(next(_COUNTER), 3), made(next(_COUNTER), 3)

    async def whole() -> list[str]:
        system = await open_system("gport1", data(gport, (ACTIVE, OTHER)))
        said = await system.bring(created(first))
        fault(active=1)
        said += await system.bring(created(second))
        await system.aclose()
        return said

    assert set(asyncio.run(whole())) == {""}
    fault()
    assert all(gport.holds([*first, *second]))


@pytest.mark.parametrize("wanted", [{"cut_after": 3}, {"stall_after": 3}])
def test_of_a_transaction_that_breaks_off_nothing_stands(
    gport: Standing, fault: Callable[..., None], wanted: dict[str, int]
) -> None:
    scattered = made(next(_COUNTER), 60)[::3]
    fault(**wanted)
    with pytest.raises(SystemUnreachable, match="a transaction that was open is undone"):
        bring(data(gport, timeout=1, patience=1), created(scattered))
    fault()
    assert gport.absent(scattered)
    assert set(gport.bring(*created(scattered))) == {""}
    assert all(gport.holds(scattered))


def test_a_commit_that_is_not_heard_of_is_found_to_hold(
    gport: Standing, fault: Callable[..., None], sims: list[Subscriber]
) -> None:
    fault(lose_commit=1)
    with pytest.raises(SystemUnreachable):
        bring(data(gport), created(sims))
    assert set(bring(data(gport), created(sims))) == {""}
    assert all(gport.holds(sims))


def test_an_aborted_transaction_leaves_nothing(gport: Standing, sims: list[Subscriber]) -> None:
    async def whole() -> None:
        client = Client(settings_from("gport1", data(gport)))
        number = sims[0].msisdn
        async with client.transaction("write") as work:
            entered = await work.ask(
                [Command("ent_sub", {"dns": (number,), "sp": SIGNALLING_POINT})]
            )
            assert [each.code for each in entered] == [0]
            await work.abort()
        await client.aclose()

    asyncio.run(whole())
    assert gport.absent(sims)


def test_a_file_does_what_the_connection_does(gport: Standing, sims: list[Subscriber]) -> None:
    directory = gport.place.home("gport") / "import"
    numbers = tuple(each.msisdn for each in sims)
    commands = [
        Command("ent_sub", {"dns": numbers, "sp": SIGNALLING_POINT}),
        Command("dlt_sub", {"dns": ("4915999999999",)}),
    ]
    result = asyncio.run(import_commands(directory, "lot-1", commands, "gport1", 20))
    assert (result.imported, set(result.rejected)) == (1, {2})
    assert all(gport.holds(sims))


def test_new_numbers_go_by_file_where_there_is_a_directory_for_it(
    gport: Standing, sims: list[Subscriber]
) -> None:
    directory = gport.place.home("gport") / "import"
    settings = data(gport, import_directory=str(directory))
    before = set(directory.glob("forerunner-*.pdbi"))

    assert set(bring(settings, created(sims))) == {""}
    assert all(gport.holds(sims))
    assert len(set(directory.glob("forerunner-*.pdbi")) - before) == 1
    # Taken back and ordered again: an old result says nothing of how numbers stand now.
    assert set(bring(settings, [each.undone for each in created(sims)])) == {""}
    assert gport.absent(sims)
    assert set(bring(settings, created(sims))) == {""}
    assert all(gport.holds(sims))


def test_a_directory_that_cannot_be_written_to_is_named(
    gport: Standing, sims: list[Subscriber]
) -> None:
    settings = data(gport, import_directory=str(gport.place.home("gport") / "client.pem" / "no"))

    with pytest.raises(SystemUnreachable, match="cannot be written to"):
        bring(settings, created(sims))


def secured(gport: Standing, ca: str, **more: Any) -> dict[str, Any]:
    home = gport.place.home("gport")
    files = {"certificate_file": str(home / "client.pem"), "key_file": str(home / "client.key")}
    return data(gport, (5874,), ca_file=str(home / ca), **files, **more)


def test_over_tls_it_is_the_same(gport: Standing, sims: list[Subscriber]) -> None:
    assert set(bring(secured(gport, "ca.pem"), created(sims))) == {""}
    assert all(gport.holds(sims))


@pytest.mark.parametrize(
    ("ca", "more", "said"),
    [
        ("client.pem", {}, "does not prove who it is.*see gport_number_ca_file"),
        ("ca.pem", {"server_name": "epap.example.com"}, "does not prove who it is.*mismatch"),
        ("nothing.pem", {}, "a file of gport_number_ca_file.*cannot be used"),
    ],
)
def test_who_is_not_vouched_for_gets_no_command(
    gport: Standing, sims: list[Subscriber], ca: str, more: dict[str, str], said: str
) -> None:
    with pytest.raises(TelcoError, match=said):
        bring(secured(gport, ca, **more), created(sims))
    assert gport.absent(sims)


def test_whatever_the_order_of_changes_and_kills_it_stands_as_was_said(gport: Standing) -> None:
    chance, pool = random.Random(7), made(next(_COUNTER), 40)
    held: dict[str, Subscriber] = {}
    for turn in range(25):
        changes = [_change(chance, each, held.get(each.msisdn)) for each in chance.sample(pool, 12)]
        if turn % 6 == 5:
            gport.kill()
            gport.start()
        assert set(gport.bring(*changes)) == {""}
        for change in changes:
            number = (change.after or change.before or pool[0]).msisdn
            held.pop(number, None)
            if change.after:
                held[number] = change.after
    assert all(gport.holds(list(held.values())))
    assert gport.absent([each for each in pool if each.msisdn not in held])


def _change(chance: random.Random, sim: Subscriber, stands: Subscriber | None) -> Change:
    """Return what becomes of a number: it is taken in, ported out or in again, or given up."""
    ported = replace(sim, routing_number=chance.choice(["123456", "234567"]))
    after = chance.choice([sim, ported, None] if stands else [sim, ported])
    return Change(stands, after)
