"""What the network itself recorded: time of links that grading calls healthy.

A prediction of a failure that grading would call a false alarm is a lesson; so each minute is
judged as if one had been made at its beginning. What comes to trouble, and what was not probed
well enough to tell, teaches nothing here: faults are learned from generated ones, whose onset is
known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.failure.model import HORIZON_S
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.grade.history import PROBE_METRICS, PROBE_QUERY
from analytics.grade.verdict import Seen, judge
from forerunner.model import Prediction
from forerunner.store import Store, Wanted
from forerunner.topology import Link, Topology

LEAST_S = 300.0
"""Seconds below which a stretch is not worth its first minutes, in which features fill."""
MOST_S = 6 * 3600.0
"""Newest seconds of each link that are read."""


@dataclass(frozen=True)
class Stretch:
    """Time of one link without a gap.

    Attributes:
        link: Its name.
        begin: Of its first interval, seconds since the epoch.
        series: What the probes gave.
        healthy: Of each interval, whether nothing came of it within the model's horizon.
    """

    link: str
    begin: float
    series: ProbeSeries
    healthy: NDArray[np.bool_]

    def part(self, first: int, end: int) -> Self:
        """Return the intervals from `first` on, without `end` and what comes after it."""
        columns = {name: column[first:end] for name, column in vars(self.series).items()}
        begin = self.begin + first * BIN_S
        return replace(
            self, begin=begin, series=ProbeSeries(**columns), healthy=self.healthy[first:end]
        )


def split(found: Sequence[Stretch], share: float) -> tuple[list[Stretch], list[Stretch]]:
    """Return what lies before and after the moment before which a share of all time lies.

    Args:
        found: In any order.
        share: 0 to 1.
    """
    if not found:
        return [], []
    moments = np.concatenate([x.begin + BIN_S * np.arange(len(x.series)) for x in found])
    cut = float(np.quantile(moments, share))
    ends = [int(np.clip(np.ceil((cut - x.begin) / BIN_S), 0, len(x.series))) for x in found]
    before = [x.part(0, end) for x, end in zip(found, ends, strict=True) if end]
    after = [
        x.part(end, len(x.series))
        for x, end in zip(found, ends, strict=True)
        if end < len(x.series)
    ]
    return before, after


def stretches(
    store: Store, topology: Topology, now: float, most_s: float = MOST_S
) -> list[Stretch]:
    """Return the newest time of every link, in order of time.

    Args:
        store: Of telemetry.
        topology: The links.
        now: Seconds since the epoch.
        most_s: Seconds back from there.

    Raises:
        StoreError: A file of the store is damaged.
    """
    found = [
        stretch for link in topology.links for stretch in _of_link(store, link, (now - most_s, now))
    ]
    return sorted(found, key=lambda each: each.begin)


def _of_link(store: Store, link: Link, span: tuple[float, float]) -> Iterator[Stretch]:
    ways = [(way.host, way.interface) for way in link.directions]
    hosts, interfaces = ({key[at] for key in ways} for at in (0, 1))
    wanted = Wanted(PROBE_METRICS, hosts, *span, interfaces)
    rows: dict[float, list[float]] = {}
    for moment, host, interface, lost, sent, rtt_s in store.ask(PROBE_QUERY, wanted):
        if (host, interface) not in ways:
            continue
        place = 2 * ways.index((host, interface))
        row = rows.setdefault(moment, [np.nan, np.nan, np.nan, np.nan, 0.0])
        row[place : place + 2] = [sent, lost]
        row[4] = max(row[4], rtt_s or 0.0)
    whole = {moment: row for moment, row in rows.items() if not np.isnan(row).any()}
    times, table = np.array(list(whole)), np.array(list(whole.values())).reshape(-1, 5)
    cuts = np.flatnonzero(np.diff(times) > 1.5 * BIN_S) + 1
    for part in np.split(np.arange(len(times)), cuts):
        if len(part) * BIN_S >= LEAST_S:
            yield _stretch(link.name, times[part], table[part])


def _stretch(name: str, times: NDArray[np.float64], table: NDArray[np.float64]) -> Stretch:
    counts = table[:, :4].astype(np.int64)
    sent, forward, returned, backward = counts.T
    series = ProbeSeries(sent, forward, returned, backward, table[:, 4])
    seen = Seen(times, series.lost, series.total, series.rtt_s)
    return Stretch(name, float(times[0] - BIN_S), series, healthy(name, seen))


def healthy(name: str, seen: Seen) -> NDArray[np.bool_]:
    """Return of each interval whether its minute and the next came to no trouble."""
    count = round(HORIZON_S / BIN_S)
    edges = list(range(0, len(seen.time), count))
    quiet = [_quiet(name, seen, at, count) for at in edges]
    # A minute before trouble is not healthy; of the last, nobody knows what came.
    good = [this and following for this, following in zip(quiet, [*quiet[1:], False], strict=True)]
    return np.repeat(good, count)[: len(seen.time)]


def _quiet(name: str, seen: Seen, at: int, count: int) -> bool:
    # 100 s before tell a queue's delay from a failing link.
    near = slice(max(0, at - round(100 / BIN_S)), at + count + 1)
    part = Seen(seen.time[near], seen.lost[near], seen.total[near], seen.rtt_s[near])
    made_at = float(seen.time[at] - BIN_S)
    said = Prediction("", "link_failure", name, 1.0, None, HORIZON_S, {}, "as if", made_at)
    return judge(said, part, made_at + 2 * HORIZON_S).verdict == "false_alarm"
