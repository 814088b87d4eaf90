"""One contract over all subscriber systems, each against its real daemon, killed in the middle too.

The HLR is osmo-hlr itself, the HSS our reference with real Diameter; G-Port, MIND and SRP are the
lab's simulator and stand-ins.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from forerunner import home
from forerunner.subscriber_lab.gport.pdba import SIGNALLING_POINT
from forerunner.subscriber_lab.place import SYSTEMS, Daemon, Place
from forerunner.telco import Change, Subscriber, SubscriberSystem, SystemUnreachable, s6a
from tests.integration.conftest import LAB_INDEX

_Result = TypeVar("_Result")

# Beside the systems of this session's own lab.
INDEX = LAB_INDEX + 1
PROVING = ("hlr", "hss")
NAMES = {
    "hss": ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status"),
    "mind": ("imsi", "iccid", "msisdn", "tariff", "status"),
    "srp": ("imsi", "msisdn", "policy", "quota", "status"),
}
THEIRS = {"mind": {"imsi": "imsiNumber", "msisdn": "phoneNumber"},
          "srp": {"imsi": "IMSI", "msisdn": "MSISDN"}}  # fmt: skip
PROFILES = {"hss": {"apn": "internet", "ambr_ul": "1000", "ambr_dl": "2000"},
            "mind": {"tariff": "T1"}, "srp": {"policy": "P1", "quota": "10GB"}}  # fmt: skip


class Standing:
    """A system with its daemon, which can be killed and comes back."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind, self.place = kind, Place(INDEX, directory)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        daemon = import_module(f"forerunner.subscriber_lab.{self.kind}").prepare(self.place)
        with (self.place.home(self.kind) / "log").open("ab") as log:
            self._process = subprocess.Popen(
                daemon.command, stdout=log, stderr=log, cwd=home.root(), env=dict(os.environ)
            )
        self._await(daemon)

    def _await(self, daemon: Daemon) -> None:
        assert self._process
        end = time.monotonic() + 20
        while time.monotonic() < end:
            ours = {self._process.pid}
            found = psutil.net_connections("tcp4")
            listening = {tuple(x.laddr) for x in found if x.status == "LISTEN" and x.pid in ours}
            if set(daemon.listeners) <= listening:
                return
            time.sleep(0.05)
        raise AssertionError((self.place.home(self.kind) / "log").read_text()[-2000:])

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def ask(self, act: Callable[[SubscriberSystem], Awaitable[_Result]]) -> _Result:
        async def whole() -> _Result:
            package = import_module(f"forerunner.telco.{self.kind}")
            system = await package.open_system(f"{self.kind}1", self._settings())
            try:
                return await act(system)
            finally:
                await system.aclose()

        return asyncio.run(whole())

    def bring(self, *changes: Change) -> list[str]:
        return self.ask(lambda system: system.bring(changes))

    def holds(self, some: Sequence[Subscriber]) -> list[bool]:
        """Return which SIMs stand exactly as they are to stand."""

        async def act(system: SubscriberSystem) -> list[bool]:
            found = await system.read(some)
            return [a == system.expected(b) for a, b in zip(found, some, strict=True)]

        return self.ask(act)

    def absent(self, some: Sequence[Subscriber]) -> bool:
        return self.ask(lambda system: system.read(some)) == [None] * len(some)

    def _settings(self) -> dict[str, Any]:
        address = self.place.address(self.kind)
        if self.kind == "hlr":
            return {"host": address}
        if self.kind == "gport":
            nodes = [{"host": address, "port": 5873}]
            return {"nodes": nodes, "sp": SIGNALLING_POINT, "profiles": {"basic": {}}}
        fields = {name: THEIRS.get(self.kind, {}).get(name, name) for name in NAMES[self.kind]}
        settings: dict[str, Any] = {
            "url": f"http://{address}:8443",
            "token_file": str(self.place.home(self.kind) / "token"),
            "fields": fields,
            "states": {"active": "active", "suspended": "suspended"},
            "profiles": {"basic": PROFILES[self.kind]},
        }
        if self.kind == "hss":
            names = {"origin_host": s6a.HSS_HOST, "realm": s6a.REALM}
            settings["diameter"] = {"host": address, **names, "mcc": "001", "mnc": "01"}
        return settings


@pytest.fixture(scope="module", params=SYSTEMS)
def system(
    request: pytest.FixtureRequest, machine: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Standing]:
    """Each system in turn, with nothing of anybody on it at first."""
    standing = Standing(request.param, tmp_path_factory.mktemp(request.param))
    standing.start()
    yield standing
    standing.kill()


_COUNTER = iter(range(0, 10**6, 1000))


@pytest.fixture
def sims() -> list[Subscriber]:
    """Six SIMs that no other test has."""
    return _made(next(_COUNTER), 6)


def _made(first: int, count: int) -> list[Subscriber]:
    numbers = range(first, first + count)
    return [
        Subscriber(
            f"00101{n:010}",
            f"894910{n:013}",
            f"4915{n:08}",
            f"{n + 1:032x}",
            f"{n + 7:032x}",
            "basic",
        )
        for n in numbers
    ]


def created(sims: Sequence[Subscriber]) -> list[Change]:
    return [Change(None, each) for each in sims]


def test_new_sims_stand_as_ordered_and_are_listed(system: Standing, sims) -> None:  # type: ignore[no-untyped-def]
    async def listed(each: SubscriberSystem) -> list[object]:
        return [record async for some in each.everything() for record in some]

    assert system.ask(lambda each: each.taken(sims)) == [""] * 6
    assert system.bring(*created(sims)) == [""] * 6
    assert system.holds(sims) == [True] * 6
    assert all(system.ask(lambda each: each.taken(sims)))
    everything = system.ask(listed)
    assert all(system.ask(_expected(each)) in everything for each in sims)


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
    if system.kind in ("gport", "srp"):
        pytest.skip("it knows neither keys nor cards, so nothing tells the two apart")
    system.bring(Change(None, theirs))

    assert all(system.bring(Change(None, sims[0]), Change(None, sims[1]))[:1])
    assert system.holds([theirs, sims[1]]) == [True, True]


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
    many = _made(next(_COUNTER), 400)

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
