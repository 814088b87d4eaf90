"""Judging the paths of an inventory by what is stored, without measuring anything."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from forerunner.fleet import DeviceResult
from forerunner.report import counted
from forerunner.sla.judging import Judged, State, Terms, judge
from forerunner.sla.promises import MEASURES, Path
from forerunner.store import Store

Series = defaultdict[tuple[str, str, str], list[tuple[float, float]]]
_WORST: tuple[State, ...] = ("violated", "unknown", "kept")


def check(store: Store, paths: Sequence[Path], terms: Terms, now: float) -> list[Judged]:
    """Return how each promise of each path stands.

    Args:
        store: The telemetry store.
        paths: What is promised of which path.
        terms: How it is judged.
        now: Seconds since the epoch.

    Raises:
        StoreError: A file is damaged; names it.
    """
    series = _series(store, sorted({path.source for path in paths}), terms, now)
    found = []
    for path in paths:
        for quantity in path.sla_class.bounds:
            measure = MEASURES[quantity]
            own = series[path.source, path.interface, measure.metric]
            measured = [(moment, value * measure.factor) for moment, value in own]
            found.append(judge(path, quantity, measured, terms, now))
    return found


def _series(store: Store, sources: list[str], terms: Terms, now: float) -> Series:
    """Return (time, value) of what counts, by source, interface and metric."""
    metrics = [each.metric for each in MEASURES.values()]
    series: Series = defaultdict(list)
    # A clock that is a little ahead of ours is nothing to worry about.
    for each in store.read(metrics, sources, now - terms.window_s, now + terms.stale_s):
        series[each.host, each.interface, each.metric].append((each.time, each.value))
    return series


def device_results(judged: Sequence[Judged], hosts: Sequence[str]) -> dict[str, DeviceResult]:
    """Return what became of each host: that of the paths which begin there."""
    return {host: _result(host, [x for x in judged if x.path.source == host]) for host in hosts}


def _result(host: str, own: Sequence[Judged]) -> DeviceResult:
    bad = [each.text for each in own if each.state != "kept"]
    if not bad:
        return DeviceResult("ok", f"{host}: {len(own)} promises are kept")
    said = f"{host}: {len(bad)} of {len(own)} promises are not known to be kept"
    return DeviceResult("failed", "\n".join([said, *bad]))


def facts(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the report as plain data: each path with its worst state, those in need first."""
    by_path: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_path[each.path.name].append(each)
    rows = [_row(own) for own in by_path.values()]
    return counted(sorted(rows, key=lambda row: (_WORST.index(row["state"]), row["name"])))


def _row(own: Sequence[Judged]) -> dict[str, Any]:
    path = own[0].path
    return {
        "name": path.name,
        "source": path.source,
        "interface": path.interface,
        "sla_class": path.sla_class.name,
        "state": min((each.state for each in own), key=_WORST.index),
        "promises": [
            {
                "quantity": each.quantity,
                "metric": MEASURES[each.quantity].metric,
                "state": each.state,
                "bound": each.bound,
                "values": list(each.values),
                "age_s": None if each.newest is None else time.time() - each.newest,
                "text": each.text,
            }
            for each in own
        ],
    }
