"""The strongest learner on tables: LightGBM over lags, one model for each step or for all."""

import json
import sys
import time
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

_ROWS = 60_000
Table = NDArray[np.float64]
Rows = NDArray[np.int64]


def features(values: Table, rows: Rows, ahead: int, day: int) -> tuple[Table, Table]:
    """Return lags that are known, and the time of day, relative to each series' own level."""
    level = np.nanmean(values, axis=0)
    then = rows + ahead
    lags = [values[rows - back] / level for back in (0, 1, 2, 3, 6, 11)]
    whole = -(-ahead // day) * day
    for days in (whole, whole + day, 7 * day):
        source = np.where(then - days >= 0, then - days, then - whole)
        lags += [values[source] / level, values[np.maximum(source - ahead, 0)] / level]
    clock = np.broadcast_to((then % day)[:, None], lags[0].shape)
    return np.stack([*lags, clock], axis=-1), level


def forecast(values: Table, steps: int, day: int) -> Table:
    """Return what is expected of the next steps; of a day, every twelfth has a model."""
    every = 1 if steps <= 12 else max(1, steps // 12)
    said = np.empty((steps, values.shape[1]))
    random = np.random.default_rng(1)
    for first in range(0, steps, every):
        ahead = min(first + every, steps)
        rows = np.arange(min(2 * day, len(values) // 2), len(values) - ahead)
        known, level = features(values, rows, ahead, day)
        wanted = (values[rows + ahead] / level).ravel()
        some = random.permutation(len(wanted))[:_ROWS]
        model = lightgbm.LGBMRegressor(
            n_estimators=200, learning_rate=0.05, objective="l1", verbose=-1, n_jobs=1
        )
        model.fit(known.reshape(-1, known.shape[-1])[some], wanted[some])
        for step in range(first, ahead):
            now, _ = features(values, np.array([len(values) - 1]), step + 1, day)
            said[step] = model.predict(now[0]) * level
    return said


def main() -> None:
    """Forecast; the arguments are in a directory."""
    directory = Path(sys.argv[1])
    given = json.loads((directory / "given.json").read_text())
    begun = time.perf_counter()
    for at in range(given["count"]):
        values = np.load(directory / f"{at}.npy")
        values = np.where(np.isfinite(values), values, np.nanmean(values, axis=0))
        np.save(directory / f"said{at}.npy", forecast(values, given["steps"], given["day"]))
    print(json.dumps({"seconds": time.perf_counter() - begun}))  # noqa: T201


main()
