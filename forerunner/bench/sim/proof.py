"""The proof: SIMs that are right authenticate, and one whose key was altered does not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from rich.console import Console

from forerunner.bench.rows import Extent, Row
from forerunner.bench.sim.site import SimSite, sims, standing
from forerunner.bench.sim.systems import ask
from forerunner.telco import Change, Proving, Subscriber

_SIMS = {"full": 1000, "short": 20}
_ALTERED = {"full": 100, "short": 4}
_KINDS = ("hlr", "hss")


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `proof_ok` and `wrong_key_caught`."""
    made = sims(0, _SIMS[extent])
    with standing("proof", _KINDS) as site:
        for kind in _KINDS:
            ask(site, kind, lambda system: system.bring([Change(None, each) for each in made]))
        said = [_prove(site, kind, made) for kind in _KINDS]
        good = sum(not any(both) for both in zip(*said, strict=True))
        console.print(f"{good} of {len(made)} SIMs authenticate on both")
        caught = _caught(site, made[: _ALTERED[extent]])
    console.print(f"{caught} of {_ALTERED[extent]} altered keys were found")
    what = "SIMs whose vectors on the HLR (GSUP) and the HSS (S6a, with KASME) are their keys' own"
    altered = "SIMs with one bit of K or OPc altered on the HLR or the HSS, found by the proof"
    return [
        Row("proof_ok", what, good, goal="== 1000", n=len(made)),
        Row("wrong_key_caught", altered, caught, goal="== 100", n=_ALTERED[extent]),
    ]


def _caught(site: SimSite, some: Sequence[Subscriber]) -> int:
    """Alter a bit of each SIM's key on one of both systems, and return how many are found."""
    found = 0
    for number, sim in enumerate(some):
        kind, field = _KINDS[number % 2], ("k", "opc")[number // 2 % 2]
        bit = 1 << (number * 37 % 128)
        wrong = replace(sim, **{field: f"{int(getattr(sim, field), 16) ^ bit:032x}"})  # type: ignore[arg-type]
        change = Change(sim, wrong)
        ask(site, kind, lambda system, change=change: system.bring([change]))  # type: ignore[misc]
        found += bool(_prove(site, kind, [sim])[0])
    return found


def _prove(site: SimSite, kind: str, some: Sequence[Subscriber]) -> list[str]:
    return ask(site, kind, lambda system: cast(Proving, system).prove(some))
