"""Reconciling: seeded differences of eight kinds are found, and nothing else is."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rich.console import Console

from forerunner.bench.rows import Extent, Row
from forerunner.bench.sim.site import SimBenchError, SimSite, sims, standing
from forerunner.bench.sim.systems import ask, orders_of
from forerunner.database import Execute
from forerunner.orders.cards import Cards
from forerunner.subscriber_lab.place import SYSTEMS
from forerunner.telco import Change, Subscriber, SubscriberSystem

_SIMS = {"full": 100_000, "short": 400}
_SEEDED = {"full": 1000, "short": 16}
_SEED = 6
_CHUNK = 1000
Seeded = tuple[str, str, str, Change]
"""System, kind, and identity of a difference, and the change that makes it."""


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `drifts_found`, `drifts_invented` and `reconcile_100k_s`."""
    made = sims(1_000_000, _SIMS[extent])
    with standing("reconcile") as site:
        # The ledger's vault password is made by the first order.
        site.play("provision_sims", "-e", site.request("first", quantity=2, proof_sample=2))
        _bring_all(site, made)
        console.print(f"{len(made)} SIMs stand on {len(SYSTEMS)} systems")
        seeded = list(_seeded(made, _SEEDED[extent]))
        for kind, _, _, change in seeded:
            ask(site, kind, lambda system, change=change: system.bring([change]))  # type: ignore[misc]
        found, seconds = _reconcile(site)
    wanted = {(system, kind, identity) for system, kind, identity, _ in seeded}
    console.print(f"{len(found & wanted)} of {len(wanted)} found, {len(found - wanted)} invented")
    kinds = sorted({kind for _, kind, _ in wanted})
    what = f"of {len(wanted)} in {len(made)} SIMs on five systems: {', '.join(kinds)}"
    took = f"the whole of {len(made)} SIMs on five systems and in the ledger, with Ansible's start"
    return [
        Row("drifts_found", what, len(found & wanted), goal="== 1000", n=len(wanted)),
        Row("drifts_invented", "of those that were told", len(found - wanted), goal="== 0"),
        Row("reconcile_100k_s", took, seconds, "s", goal="<= 60"),
    ]


def _reconcile(site: SimSite) -> tuple[set[tuple[str, str, str]], float]:
    """Return the system, kind and identity of what the playbook told, and how long it took, s."""
    done = site.play("reconcile_sims")
    if not done.code:
        raise SimBenchError(f"nothing was found: {done.said}")
    told = json.loads((site.directory / "reports" / "sims_all.json").read_text())["drifts"]
    return {(x["system"].rstrip("1"), x["kind"], x["identity"]) for x in told}, done.seconds


def _seeded(made: Sequence[Subscriber], count: int) -> Iterator[Seeded]:
    """Yield differences, each of a SIM that has no other one."""
    chosen = random.Random(_SEED).sample(range(len(made)), count)
    for number, place in enumerate(chosen):
        yield _KINDS[number % len(_KINDS)](made[place], number)


def _altered(system: str, kind: str, **fields: str) -> Callable[[Subscriber, int], Seeded]:
    def make(sim: Subscriber, number: int) -> Seeded:
        told = {name: value.format(number=number) for name, value in fields.items()}
        identity = sim.msisdn if system == "gport" else sim.imsi
        return system, kind, identity, Change(sim, replace(sim, **told))  # type: ignore[arg-type]

    return make


def _missing(sim: Subscriber, number: int) -> Seeded:
    system = SYSTEMS[number // 8 % len(SYSTEMS)]
    identity = sim.msisdn if system == "gport" else sim.imsi
    return system, "missing", identity, Change(sim, None)


def _stray(sim: Subscriber, number: int) -> Seeded:
    system = SYSTEMS[number // 8 % len(SYSTEMS)]
    imsi, msisdn = f"00102{number:010}", f"8824{number:09}"
    other = replace(sim, imsi=imsi, msisdn=msisdn, iccid=f"8989{number:015}")
    return system, "stray", msisdn if system == "gport" else imsi, Change(None, other)


_KINDS = (
    _missing,
    _stray,
    _altered("hlr", "key", k="{number:032x}"),
    _altered("hss", "number", msisdn="8825{number:09}"),
    _altered("hlr", "status", status="suspended"),
    _altered("srp", "profile", profile="premium"),
    _altered("gport", "routing", routing_number="123456"),
    _altered("mind", "card", iccid="8987{number:015}"),
)


def _bring_all(site: SimSite, made: Sequence[Subscriber]) -> None:
    """Have SIMs stand on all systems and in the ledger, without an order."""

    async def all_of_them(system: SubscriberSystem) -> None:
        for first in range(0, len(made), _CHUNK):
            said = await system.bring([Change(None, x) for x in made[first : first + _CHUNK]])
            if any(said):
                raise SimBenchError(f"{system.name}: {next(filter(None, said))}")

    for kind in SYSTEMS:
        ask(site, kind, all_of_them)
    orders = orders_of(site)
    cards = Cards(orders.book, orders.seal)
    for first in range(0, len(made), _CHUNK):
        some = [Change(None, each) for each in made[first : first + _CHUNK]]

        def act(execute: Execute, some: Sequence[Change] = some) -> None:
            cards.change(execute, "bench", some)

        orders.book.transact(act)
