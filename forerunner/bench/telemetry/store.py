"""How long the store takes for millions of samples: 1,000 interfaces, a sample each 30 seconds."""

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.store import Store, Wanted, quantiles

_INTERFACES, _PORTS, _EVERY_S = 1000, 10, 30.0
_POLLS_A_BATCH = 100
_BEGIN = 1_700_006_400.0
_SEED = 20261127
_METRIC = "if_out_bit_s"
_DAY_S = 86_400.0
_ROUNDS = 5
_SHORT = 100
_ONE = "one_link_day_ms"


def ten_million(extent: Extent, console: Console) -> list[Row]:
    """Return `ingest_10m_s`, `p95_all_10m_s` and `one_link_day_ms`."""
    goals = ("<= 3", "<= 1", "<= 50")
    return _rows(10_000_000, extent, console, ("ingest_10m_s", "p95_all_10m_s", _ONE), goals)


def hundred_million(extent: Extent, console: Console) -> list[Row]:
    """Return `ingest_100m_s` and `p95_all_100m_s`."""
    goals = (None, None, None)
    names = ("ingest_100m_s", "p95_all_100m_s", _ONE)
    return _rows(100_000_000, extent, console, names, goals)[:2]


def _rows(
    count: int,
    extent: Extent,
    console: Console,
    names: Sequence[str],
    goals: Sequence[str | None],
) -> list[Row]:
    count = count if extent == "full" else count // _SHORT
    ingest, every, day, size = _measured(count // _INTERFACES)
    console.print(f"{count} samples, {size / count:.1f} bytes each: in {ingest:.2f} s")
    of = f"{count} samples of {_INTERFACES} interfaces"
    words = (f"{of} on the disk", f"exact p95 of each of {of}", f"an interface's last day of {of}")
    figures = ((ingest, "s", 1), (every, "s", _ROUNDS), (day * 1000, "ms", _ROUNDS))
    return [
        Row(name, what, value, unit, goal, n=n, seed=str(_SEED))
        for name, what, goal, (value, unit, n) in zip(names, words, goals, figures, strict=True)
    ]


def _measured(polls: int) -> tuple[float, float, float, int]:
    """Return the seconds of writing, of all percentiles and of one link's day, and the bytes."""
    directory = form.fresh("telemetry", "store")
    try:
        store = Store(directory, threads=os.cpu_count() or 1)
        ingest = _ingest(store, polls)
        every = _median(lambda: quantiles(store, Wanted(metrics=[_METRIC]), [0.95]))
        day = _median(lambda: store.ask(_SERIES, _one_link(polls)))
        return ingest, every, day, sum(each.stat().st_size for each in directory.rglob("*.parquet"))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


_SERIES = "SELECT time, value FROM {table} WHERE {where} ORDER BY time"


def _ingest(store: Store, polls: int) -> float:
    """Return how long writing takes; making the samples does not count."""
    taken = 0.0
    for batch in _batches(polls):
        begun = time.perf_counter()
        store.append_tables([batch])
        taken += time.perf_counter() - begun
    return taken


def _one_link(polls: int) -> Wanted:
    end = _BEGIN + polls * _EVERY_S
    return Wanted([_METRIC], ["r7"], end - _DAY_S, end, ["eth3"])


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _batches(polls: int) -> Iterator[pa.Table]:
    """Yield samples as a collector has them: one poll of all interfaces after the other."""
    chance = np.random.default_rng(_SEED)
    number = np.arange(_INTERFACES, dtype=np.int32)
    routers = pa.array([f"r{at}" for at in range(_INTERFACES // _PORTS)])
    ports = pa.array([f"eth{at}" for at in range(_PORTS)])
    for first in range(0, polls, _POLLS_A_BATCH):
        some = np.arange(first, min(polls, first + _POLLS_A_BATCH))
        rows = np.tile(number, len(some))
        yield pa.table(
            {
                "time": np.repeat(_BEGIN + some * _EVERY_S, _INTERFACES),
                "host": pa.DictionaryArray.from_arrays(rows // _PORTS, routers),
                "interface": pa.DictionaryArray.from_arrays(rows % _PORTS, ports),
                "metric": pa.DictionaryArray.from_arrays(rows * 0, pa.array([_METRIC])),
                "value": chance.gamma(2.0, 5e8, len(rows)),
            }
        )
