"""What others make of the same series and tables, and the measure of it by its authors' code."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest

from forerunner.bench import rows as form
from forerunner.bench.peer import PEERS, BenchError, peer_python
from forerunner.bench.predict.nab_series import Labelled
from forerunner.bench.predict.router_tables import Stream
from forerunner.bench.predict.spectral import SpectralResidual

Scores = NDArray[np.float64]
_WINDOW, _BIN_S, _LEARNED, _AGAIN = 300, 10.0, 30, 60


def vus_pr(
    series: Sequence[Labelled], scores: Mapping[str, Sequence[Scores]]
) -> dict[str, list[float]]:
    """Return VUS-PR by detector, of each series; with river's half-space trees beside them.

    Values at the beginning, where detectors may learn, count as usual. A series without a window
    has no such figure: NaN.

    Raises:
        BenchError: The measure's environment is not there, or it fails.

    Source: J. Paparrizos et al., "Volume under the surface" (2022), their package.
    """
    directory = form.fresh("predict", "anomaly")
    try:
        every = {**scores, "half-space trees": _trees(directory, series)}
        _save(directory / "scores.npz", _values(series) | _labelled(series, every))
        found = json.loads(_run("by_vus.py", str(directory / "scores.npz")))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    count = range(len(series))
    return {name: [found.get(f"{at}_{name}", np.nan) for at in count] for name in every}


def simple(series: Sequence[Labelled]) -> dict[str, list[Scores]]:
    """Return two scores of each series.

    Rolling z is the distance from the mean of the latest values in their spreads.
    """
    return {
        "rolling z": [_rolling_z(each.values) for each in series],
        "spectral residual": [SpectralResidual().score(each.values) for each in series],
    }


def mean_z(source: Stream) -> tuple[Scores, Scores]:
    """Return times and the mean distance of all columns from their means so far, in spreads."""
    times, table = _bins(source)
    count = np.arange(len(table))[:, None]
    mean = np.cumsum(table, axis=0) / (count + 1)
    spread = np.sqrt(np.maximum(0, np.cumsum(table**2, axis=0) / (count + 1) - mean**2))
    gap = np.abs(table[1:] - mean[:-1])
    far = np.divide(gap, spread[:-1], out=np.zeros_like(gap), where=spread[:-1] > 0)
    return times[1:], np.asarray(far.mean(axis=1), dtype=np.float64)


def forest(source: Stream) -> tuple[Scores, Scores]:
    """Return times and the score of isolation forests that are learned anew from what was so far.

    Source: F. T. Liu et al., "Isolation forest" (2008), scikit-learn's.
    """
    times, table = _bins(source)
    scores = np.zeros(len(table))
    for begin in range(_LEARNED, len(table), _AGAIN):
        model = IsolationForest(random_state=1).fit(table[:begin])
        scores[begin : begin + _AGAIN] = -model.score_samples(table[begin : begin + _AGAIN])
    return times, scores


def _trees(directory: Path, series: Sequence[Labelled]) -> list[Scores]:
    _save(directory / "values.npz", _values(series))
    _run("by_river.py", str(directory / "values.npz"), str(directory / "trees.npz"))
    with np.load(directory / "trees.npz") as given:
        return [given[f"score_{at}_trees"] for at in range(len(series))]


def _values(series: Sequence[Labelled]) -> dict[str, Scores]:
    return {f"values_{at}_": each.values for at, each in enumerate(series)}


def _bins(source: Stream) -> tuple[Scores, Scores]:
    """Return the end of each 10 s and how much every numeric column moved in them."""
    begin = source.readings[0].time
    count = int((source.readings[-1].time - begin) // _BIN_S) + 1
    columns: dict[tuple[str, str, str], int] = {}
    latest: dict[int, float] = {}
    cells: list[tuple[int, int, float]] = []
    for each in source.readings:
        at = int((each.time - begin) // _BIN_S)
        for name, text in each.values.items():
            try:
                value = float(text)
            except ValueError:
                continue
            column = columns.setdefault((each.table, each.instance, name), len(columns))
            cells.append((at, column, value - latest.get(column, value)))
            latest[column] = value
    table = np.zeros((count, len(columns)))
    for at, column, moved in cells:
        table[at, column] += moved
    ends = begin + _BIN_S * (1 + np.arange(count, dtype=np.float64))
    return np.asarray(ends, dtype=np.float64), table


def _rolling_z(values: Scores) -> Scores:
    found = np.zeros(len(values))
    for at in range(2, len(values)):
        past = values[max(0, at - _WINDOW) : at]
        spread = float(past.std())
        found[at] = abs(values[at] - past.mean()) / spread if spread else 0.0
    return found


def _labelled(
    series: Sequence[Labelled], scores: Mapping[str, Sequence[Scores]]
) -> dict[str, Scores]:
    found = {}
    for at, each in enumerate(series):
        if not each.windows:
            continue
        found[f"labels_{at}_"] = each.labels
        for name, mine in scores.items():
            usual = np.array(mine[at])
            usual[: each.probation] = 0
            found[f"score_{at}_{name}"] = usual
    return found


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    np.savez(path, **arrays)


def _run(script: str, *arguments: str) -> str:
    command = [str(peer_python()), str(PEERS / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{script}: {done.stderr[-500:]}")
    return done.stdout
