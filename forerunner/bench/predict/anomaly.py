"""How well the online detectors find what was wrong in data that nobody here made.

The protocol stands in docs/predictions/anomaly.md. Rows for `forerunner.bench.predict`.
"""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from analytics.anomaly import Coincidence, RareChange, Unusual
from analytics.anomaly.subsequence import NearestStretch
from forerunner.bench import intervals
from forerunner.bench.predict import anomaly_peers
from forerunner.bench.predict.events_out import Judged, Timeline, f1
from forerunner.bench.predict.nab_score import nab_score
from forerunner.bench.predict.nab_series import Labelled, real_series
from forerunner.bench.predict.router_tables import Stream, stream
from forerunner.bench.rows import Extent, Row, median, percentile
from forerunner.errors import InvalidData

_SHORT_VALUES, _SHORT_SERIES = 1500, 2
_DAY, _STRETCH, _FEW_DRAWS = 288, 100, 500
Scores = NDArray[np.float64]


def nab(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of single series, on those that nothing was chosen on."""
    chosen, unseen = _halves(real_series(data), extent)
    for half in (chosen, unseen):
        if not any(each.windows for each in half):
            raise InvalidData(str(data / "nab"), "labels", "one half has no window; add series")
    everything = [*chosen, *unseen]
    console.print(f"scoring {len(everything)} series, one value after the other")
    ours = [Unusual().score(each.values) for each in everything]
    vus = anomaly_peers.vus_pr(everything, {"ours": ours, **anomaly_peers.simple(everything)})
    labelled = [at for at, each in enumerate(everything) if each.windows]
    tested = [at for at in labelled if at >= len(chosen)]
    means = {name: float(np.mean([found[at] for at in tested])) for name, found in vus.items()}
    best = max((name for name in means if name != "ours"), key=lambda name: means[name])
    figures = [np.array([vus["ours"][at] for at in some]) for some in (tested, labelled)]
    off, whole_off = (intervals.said(intervals.of_mean(each)) for each in figures)
    what = ", ".join(f"{name} {value:.3f}" for name, value in sorted(means.items()))
    ratio = means["ours"] / means[best]
    return [
        Row("nab_vus_pr", f"mean VUS-PR of unseen series ({off}); {what}",
            means["ours"], "", ">= 0.30", best, means[best], ratio, len(tested)),
        Row("nab_vus_pr_all", f"the same with those that detectors were chosen on; {whole_off}",
            float(figures[1].mean()), n=len(labelled)),
        _scored(everything, ours, len(chosen)),
    ]  # fmt: skip


def cisco(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of a router's events, each judged with a threshold of the others."""
    source = stream(data)
    if len(source.judged) < 3:
        reason = f"{len(source.judged)} lie inside all tables; three or more are needed"
        raise InvalidData(str(data / "cisco_mdt_11"), "events", reason)
    console.print(f"{len(source.readings)} rows of tables, {len(source.judged)} events")
    ours = Timeline(source, *_coincidences(source)).left_out()
    peers = {"mean z": f1(Timeline(source, *anomaly_peers.mean_z(source)).left_out())}
    if extent == "full":
        peers["isolation forest"] = f1(Timeline(source, *anomaly_peers.forest(source)).left_out())
    best = max(peers, key=lambda name: peers[name])
    delays = [each.delay_s for each in ours if each.delay_s is not None]
    false, hours = sum(each.false for each in ours), sum(each.hours for each in ours)
    value, said = f1(ours), ", ".join(f"{name} {each:.3f}" for name, each in peers.items())
    ratio = value / peers[best] if peers[best] else None
    rate_off = intervals.said(intervals.of_rate(false, hours), 2)
    return [
        Row("cisco_event_f1", f"F1 over events, each left out; {_recall(ours)}; {said}",
            value, "", ">= 0.90", best, peers[best], ratio, len(ours)),
        Row("cisco_false_per_hour", f"{false} in {hours:.2f} h; {rate_off}",
            false / hours, "1/h", "<= 0.5", n=len(ours)),
        Row("cisco_delay_s", f"median, from the act to the event said{_worst(delays)}",
            median(delays), "s", "<= 20", n=len(delays)),
    ]  # fmt: skip


def online(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the row of what one more sample costs in all detectors together."""
    series = max(real_series(data), key=lambda each: len(each.values))
    values = series.values if extent == "full" else series.values[:_SHORT_VALUES]
    detectors = (Unusual(period=_DAY), NearestStretch(normalised=True))
    columns, table = {f"counter{at}": 0 for at in range(20)}, RareChange()
    taken, together = [], Coincidence()
    for at, value in enumerate(values.tolist()):
        begun = time.perf_counter()
        for each in detectors:
            each.update(value)
        changes = table.update("interfaces", "one", {**columns, "load": value})
        together.update(float(at), "interfaces", changes[0].score if changes else 0.0)
        taken.append((time.perf_counter() - begun) * 1e3)
    console.print(f"{len(taken)} samples")
    what = f"one sample through every detector, p99 over {series.name}; median {median(taken):.3f}"
    what += f"; {_p99_off(taken)} over stretches of {_STRETCH} samples"
    return [Row("online_update_ms", what, percentile(taken, 0.99), "ms", "<= 1", n=len(taken))]


def _halves(series: list[Labelled], extent: Extent) -> tuple[list[Labelled], list[Labelled]]:
    chosen = [each for each in series if each.for_choosing]
    unseen = [each for each in series if not each.for_choosing]
    if extent == "full":
        return chosen, unseen
    shortest = sorted((x for x in unseen if x.windows), key=lambda each: len(each.values))
    return sorted(chosen, key=lambda x: len(x.values))[:_SHORT_SERIES], shortest[:_SHORT_SERIES]


def _scored(series: Sequence[Labelled], scores: Sequence[Scores], chosen: int) -> Row:
    tops = np.unique(np.concatenate([each[len(each) // 10 :] for each in scores[:chosen]]))
    bounds = np.quantile(tops, np.linspace(0.5, 1, 101))

    def mark(part: Iterable[int], bound: float) -> float:
        some = list(part)
        return nab_score([series[x] for x in some], [_passes(scores[x], bound) for x in some])

    bound = max(bounds.tolist(), key=lambda each: mark(range(chosen), each))
    value, seen = mark(range(chosen, len(series)), bound), mark(range(chosen), bound)
    off = intervals.bootstrap(len(series) - chosen, lambda at: mark(chosen + at, bound))
    what = f"standard profile, threshold {bound:.2f} fixed on the other half (there {seen:.1f})"
    what += f"; {intervals.said(off, 1)}"
    return Row("nab_score", what, value, n=len(series) - chosen)


def _passes(scores: Scores, bound: float) -> list[int]:
    """Return where a score comes to a threshold from below: one alarm, however long it lasts."""
    above = scores >= bound
    return np.flatnonzero(above & ~np.concatenate(([False], above[:-1]))).tolist()


def _coincidences(source: Stream) -> tuple[Scores, Scores]:
    table, together = RareChange(), Coincidence()
    found = []
    for each in source.readings:
        changes = table.update(each.table, each.instance, each.values)
        found.append(together.update(each.time, each.table, changes[0].score if changes else 0.0))
    return np.array([each.time for each in source.readings]), np.array(found)


def _worst(delays: Sequence[float]) -> str:
    if not delays:
        return ""
    given = np.array(delays)
    off = intervals.bootstrap(len(given), lambda at: float(np.median(given[at])))
    return f"; longest {max(delays):.1f}; {intervals.said(off, 1)}"


def _p99_off(values: Sequence[float]) -> str:
    """Return the interval of the 99th percentile; what disturbs a machine lasts for a while."""
    stretches = np.array_split(np.array(values), max(1, len(values) // _STRETCH))

    def p99(at: NDArray[np.int64]) -> float:
        return float(np.quantile(np.concatenate([stretches[x] for x in at]), 0.99))

    return intervals.said(intervals.bootstrap(len(stretches), p99, _FEW_DRAWS), 2)


def _recall(judged: Sequence[Judged]) -> str:
    hits, count = sum(each.delay_s is not None for each in judged), len(judged)
    return f"{hits} of {count} found ({intervals.said(intervals.of_share(hits, count), 2)})"
