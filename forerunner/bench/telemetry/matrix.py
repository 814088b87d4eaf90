"""The traffic matrix from flows, against what iperf3 really sent, a collector killed meanwhile."""

import json
import os
import random
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import psutil
from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.bench.telemetry import iperf
from forerunner.bench.telemetry.iperf import Pair
from forerunner.collect.flows import Config, import_flows, task
from forerunner.lab import Lab, exporters
from forerunner.store.flows import FlowStore, Span, Traffic
from forerunner.trials.site import ROUTERS_ALONE, Site

INDEX = 58
"""Of the lab, unless `FORERUNNER_BENCH_LAB` says otherwise."""
SEEDS = (11, 12, 13)
_SECONDS = {"full": 20.0, "short": 6.0}
# Short, so that a flow is cut into many records, and the next collector's file soon closed.
COLLECTION = {
    "flow_collection_rotation": 2,
    "flow_collection_timeouts": {"maxlife": 5, "tcp": 3, "udp": 3, "icmp": 3, "general": 3},
}
_PLACES = (
    ("h1", "h2"), ("h2", "h1"), ("h1", "r3"), ("h2", "r6"), ("r2", "r5"), ("r5", "r1"),
    ("r6", "h2"), ("r3", "h1"),
)  # fmt: skip
_TCP = 1
"""Which of them is TCP."""
# Until an exporter has seen a packet that passed: its pulse beats each second.
_PULSE_S = 2.0
_COLLECTED_S = 60.0
Matrix = dict[tuple[str, str], float]
"""Bytes by origin and target."""


@dataclass(frozen=True)
class Compared:
    """What was sent, and what the flows say of it.

    Attributes:
        span: From before the first packet to after the last.
        sent: By iperf3's own report.
        estimated: By flows.
    """

    span: Span
    sent: Matrix
    estimated: Matrix

    @property
    def wrong(self) -> float:
        """Return the sum of what differs, over all pairs of edge routers, in bytes."""
        return sum(abs(self.sent.get(x, 0.0) - self.estimated.get(x, 0.0)) for x in self._pairs)

    @property
    def total(self) -> float:
        """Return what was sent, in bytes."""
        return sum(self.sent.values())

    @property
    def worst(self) -> float:
        """Return the share of the sent that differs, of the pair of which that is most."""
        return max(abs(self.estimated.get(x, 0.0) / y - 1) for x, y in self.sent.items())

    @property
    def _pairs(self) -> set[tuple[str, str]]:
        return self.sent.keys() | self.estimated.keys()


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `matrix_error_share` and `matrix_pair_error_max`."""
    seeds = SEEDS if extent == "full" else SEEDS[:1]
    found = _found(seeds, _SECONDS[extent])
    sent = sum(each.total for each in found)
    wrong, worst = sum(each.wrong for each in found) / sent, max(each.worst for each in found)
    console.print(f"{sent / 1e6:.1f} MB sent, {wrong:.2%} wrong, of the worst pair {worst:.2%}")
    what = (
        f"traffic matrix on the lab against what was sent: {len(_PLACES)} iperf3 pairs over "
        f"{len(seeds)} times {_SECONDS[extent]:g} s, one of two collectors killed in each"
    )
    seed = ", ".join(map(str, seeds))
    return [
        Row("matrix_error_share", what, wrong, "", "<= 0.05", n=len(seeds), seed=seed),
        Row("matrix_pair_error_max", "the same of the worst pair", worst, n=len(seeds), seed=seed),
    ]


def _found(seeds: Sequence[int], seconds: float) -> list[Compared]:
    index = int(os.environ.get("FORERUNNER_BENCH_LAB") or INDEX)
    site = Site(index, form.fresh("telemetry", "matrix"))
    site.playbook("build_lab", *ROUTERS_ALONE)
    try:
        site.playbook("start_flows", "-e", json.dumps(COLLECTION))
        return [compared(site.var, site.lab, seed, seconds) for seed in seeds]
    finally:
        site.playbook("stop_flows", check=False)
        site.playbook("remove_lab", check=False)
        shutil.rmtree(site.var, ignore_errors=True)


def compared(var: Path, lab: Lab, seed: int, seconds: float) -> Compared:
    """Send known traffic, kill a collector in the middle, and compare what flows say with it.

    Args:
        var: Directory of run-time state, below which flows are collected.
        lab: Whose routers export.
        seed: Of the rates.
        seconds: How long is sent.
    """
    config = Config.read(var / "flows" / "config.json")
    killer = threading.Timer(seconds / 2, kill_collector, (var, next(iter(config.ports))))
    pairs, since = _pairs(seed), time.time()
    killer.start()
    octets = iperf.send(lab, pairs, seconds)
    killer.join()
    span = Span(since, time.time())
    collect(config, lab)
    sent: Matrix = {}
    for pair, count in zip(pairs, octets, strict=True):
        way = iperf.edge(lab, pair.source), iperf.edge(lab, pair.target)
        sent[way] = sent.get(way, 0.0) + count
    return Compared(span, sent, estimated(config, span))


def collect(config: Config, lab: Lab) -> None:
    """Bring all that was sent so far to the store.

    What one of two collectors missed stands in the files of the other: both must have come so far.

    Raises:
        NotSent: A collector does not hear a router.
    """
    time.sleep(_PULSE_S)
    exporters.flush(lab)
    flushed = time.time()
    while time.time() < flushed + _COLLECTED_S:
        import_flows(config)
        rows = FlowStore(config.telemetry).coverage(flushed, flushed + _COLLECTED_S)
        heard = {(row.collector, row.exporter) for row in rows if row.end > row.time}
        if heard >= set(product(config.ports, lab.routers)):
            return
        time.sleep(0.5)
    raise iperf.NotSent(f"not all routers were heard by both within {_COLLECTED_S:g} s")


def estimated(config: Config, span: Span) -> Matrix:
    """Return the bytes from edge to edge by flows."""
    found = Traffic(config.telemetry, config.site, span).matrix()
    known = (row for row in found if "unknown" not in (row.origin, row.target))
    return {(row.origin, row.target): row.bit_s * span.seconds / 8 for row in known}


def kill_collector(var: Path, name: str) -> int:
    """Kill a collector as it stands, and return the process that it was."""
    supervisor = json.loads((var / "services" / f"{task.NAME}.json").read_text())["pid"]
    for process in psutil.Process(supervisor).children(recursive=True):
        if process.name() == "nfcapd" and str(var / "flows" / name) in process.cmdline():
            process.kill()
            return process.pid
    raise iperf.NotSent(f"collector {name} does not run")


def _pairs(seed: int) -> list[Pair]:
    chance = random.Random(seed)
    return [
        Pair(
            source,
            target,
            chance.uniform(0.5e6, 4e6),
            0 if number == _TCP else chance.choice((200, 700, 1400)),
            chance.choice((0, 184, 136)),
        )
        for number, (source, target) in enumerate(_PLACES)
    ]
