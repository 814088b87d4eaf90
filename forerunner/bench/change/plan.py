"""Whether a shadow foretells what a router does, and how long it takes.

Each candidate is tried on a shadow and applied to a real router of a lab, by the same passes, and
read back; then the router is put back. Of a line that a router takes in silence as something else
the router itself is asked: which interfaces it reads into its static routes, and has it these.
"""

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from forerunner.bench import rows as bench
from forerunner.bench.change.candidates import Case, candidates
from forerunner.bench.rows import Extent, Row
from forerunner.configure.foretell import Foretold, Seen, look, on_shadow
from forerunner.configure.passes import Brought, Spoken, bring
from forerunner.dialects import dialect, frr
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, Session, connect
from forerunner.lab import Lab
from forerunner.trials.site import ROUTERS_ALONE, Site

SEED = 20
COUNT: Mapping[Extent, int] = {"short": 12, "full": 200}
TIMED: Mapping[Extent, int] = {"short": 2, "full": 20}
# How the router itself reads its static routes, each with a gateway and an interface of its own.
_SHOW_STATIC = "show configuration running json staticd"
_INTERFACE = re.compile(r'"interface": ?"([^"]*)"')


@dataclass(frozen=True)
class Trial:
    """What became of one candidate, on a shadow and on a router.

    Attributes:
        number: Its number.
        router: The router.
        kinds: What was edited.
        wrong: Whether it was meant to be wrong.
        shadow: Why the shadow refused it; empty when it took it.
        router_said: Why the router did.
        shadow_diff: What the shadow ran afterwards, as a difference.
        router_diff: What the router did.
        put_back: Whether the router ran what it had run before, afterwards.
    """

    number: int
    router: str
    kinds: tuple[str, ...]
    wrong: bool
    shadow: str
    router_said: str
    shadow_diff: str
    router_diff: str
    put_back: bool

    @property
    def agrees(self) -> bool:
        """Return whether both took it, with the same result, or both refused it."""
        if bool(self.shadow) != bool(self.router_said):
            return False
        # What is misread is refused before it is tried: then there is no result to compare.
        return not self.shadow_diff or self.shadow_diff == self.router_diff


def rows(extent: Extent, console: Console) -> list[Row]:
    """Measure on a lab of its own; the cases go to `var/bench/change/plan.json`."""
    directory = bench.directory("change")
    with _lab(directory) as lab:
        trials = asyncio.run(agreement(lab, COUNT[extent], console))
        raw = {"seed": SEED, "trials": [_plain(trial) for trial in trials]}
        (directory / "plan.json").write_text(json.dumps(raw, indent=1) + "\n")
        return [_agreeing(trials), _pace(lab, TIMED[extent])]


def _plain(trial: Trial) -> dict[str, object]:
    return asdict(trial) | {"agrees": trial.agrees}


def _agreeing(trials: Sequence[Trial]) -> Row:
    agreed = sum(trial.agrees for trial in trials)
    meant, refused = sum(x.wrong for x in trials), sum(bool(x.router_said) for x in trials)
    stuck = sum(not trial.put_back for trial in trials)
    what = (
        f"shadow verdict and result = router's, of {len(trials)} ({meant} meant wrong, {refused} "
        f"refused by the router, {stuck} not put back by the passes alone)"
    )
    # The goal is that of the full form: all of them.
    return Row(
        "plan_agreement", what, agreed, goal=f"== {len(trials)}", n=len(trials), seed=str(SEED)
    )


def _pace(lab: Lab, count: int) -> Row:
    row = partial(Row, "plan_seconds_per_router", unit="s", goal="<= 3")
    try:
        seconds = asyncio.run(_seconds(lab, count))
    except ForerunnerError as error:
        # Hours of trials must not be lost to a machine that is too busy to be timed on.
        return row(f"not measured: {error}", None)
    slowest = f"slowest {max(seconds):.1f} s"
    what = f"reading a router and trying a change on its shadow, median; {slowest}"
    return row(what, bench.median(seconds), n=len(seconds))


@contextmanager
def _lab(directory: Path) -> Iterator[Lab]:
    site = Site(Site.default().index, directory / "site-plan")
    site.playbook("build_lab", *ROUTERS_ALONE)
    try:
        yield site.lab
    finally:
        site.playbook("remove_lab", check=False)


def _device(lab: Lab, router: str) -> Device:
    address, key = lab.management_address(router), lab.key("netops")
    return Device(router, address, "netops", key, lab.known_hosts, "frr")


async def agreement(lab: Lab, count: int, console: Console) -> list[Trial]:
    """Try candidates on the routers of a lab side by side, one after another on each.

    Args:
        lab: A lab that is up.
        count: How many candidates.
        console: Takes a line for each.
    """
    cases: dict[str, list[Case]] = {router: [] for router in lab.routers}
    for case in candidates(lab.network, count, SEED):
        cases[case.router].append(case)

    turns = asyncio.Semaphore(os.cpu_count() or 1)

    async def one_router(router: str) -> list[Trial]:
        async with connect(_device(lab, router)) as session:
            return [await _told(session, case, turns, console) for case in cases[router]]

    tried = await asyncio.gather(*map(one_router, lab.routers))
    return sorted((trial for each in tried for trial in each), key=lambda trial: trial.number)


async def _told(session: Session, case: Case, turns: asyncio.Semaphore, console: Console) -> Trial:
    async with turns:
        trial = await _trial(session, case)
    verdict = "refused" if trial.router_said else "taken"
    agrees = "as foretold" if trial.agrees else "NOT as foretold"
    console.print(f"{case.number} {case.router} {', '.join(case.kinds)}: {verdict}, {agrees}")
    return trial


async def _trial(session: Session, case: Case) -> Trial:
    seen, speech = await look(session), dialect(session.device.platform)
    told = await _foretold(session.device, case, seen)
    router = Spoken(case.router, speech, session)
    brought = await bring(router, seen.running, case.text, lambda: None)
    said = brought.problem or await _astray(session, seen, case.text)
    put_back = await _put_back(router, brought, seen.running)
    diff = hide(speech.differences(seen.running, brought.now))
    verdicts = (hide(told.problem), hide(said), told.diff, diff)
    return Trial(case.number, case.router, case.kinds, case.wrong, *verdicts, put_back)


async def _foretold(device: Device, case: Case, seen: Seen) -> Foretold:
    try:
        return await on_shadow(device, seen, case.text)
    except ForerunnerError as error:
        return Foretold(seen.running, case.text, problem=f"no shadow: {error}")


async def _put_back(router: Spoken, brought: Brought, before: str) -> bool:
    """Bring a router back, in as many rounds as it takes what hangs on each other."""
    now = brought.now
    for _ in range(3):
        brought = await bring(router, now, before, lambda: None)
        now = brought.now
        if not brought.problem:
            return True
    return False


async def _astray(session: Session, seen: Seen, text: str) -> str:
    """Return what a router took for an interface that it does not have; empty for nothing."""
    interfaces = {"", "(null)", *(each.name for each in seen.like.interfaces)}
    before = frr.parse(seen.running)
    new = [path[-1].split() for path in frr.parse(text) if path not in before]
    taken = [words[3] for words in new if words[2:3] == ["update-source"]]
    if any(words[:2] == ["ip", "route"] for words in new):
        taken += _INTERFACE.findall(await session.execute(_SHOW_STATIC))
    strange = [name for name in taken if name not in interfaces]
    return f"it takes {', '.join(strange)} for an interface" if strange else ""


async def _seconds(lab: Lab, count: int) -> list[float]:
    """Return the seconds that planning one router takes, one after another."""
    taken = []
    for number in range(count):
        router = lab.routers[number % len(lab.routers)]
        begun = time.monotonic()
        async with connect(_device(lab, router)) as session:
            seen = await look(session)
        line = f"ip prefix-list TIMED seq 5 permit 10.{number}.0.0/16"
        told = await on_shadow(_device(lab, router), seen, f"{seen.running[:-4]}{line}\nend\n")
        assert told.diff == f"+ {line}"  # noqa: S101 - a figure of something else is none
        taken.append(time.monotonic() - begun)
    return taken
