"""The strongest learner on tables: LightGBM over lags, one model for each step or for all."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

_ROWS = 60_000
Table = NDArray[np.float64]
Rows = NDArray[np.int64]
Models = list[lightgbm.LGBMRegressor]


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


def learned(values: Table, steps: int, day: int) -> Models:
    """Return the model of each step, of all series together; of a day, every twelfth has one."""
    every = 1 if steps <= 12 else max(1, steps // 12)
    found: Models = []
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
        found += [model] * (ahead - first)
    return found


def expected(models: Models, values: Table, day: int) -> Table:
    """Return what is expected of the next steps, one for each model."""
    said = []
    for step, model in enumerate(models):
        now, level = features(values, np.array([len(values) - 1]), step + 1, day)
        said.append(model.predict(now[0]) * level)
    return np.stack(said)


def by_origin(values: Table, given: dict[str, Any]) -> Table:
    """Return what is expected after each origin, from what was known then, one after the other."""
    said, models = [], []
    for number, origin in enumerate(given.get("origins") or [len(values)]):
        known = values[:origin]
        known = np.where(np.isfinite(known), known, np.nanmean(known, axis=0))
        if number % given.get("refit", 1) == 0:
            models = learned(known, given["steps"], given["day"])
        said.append(expected(models, known, given["day"]))
    return np.concatenate(said)


def main() -> None:
    """Forecast; the arguments are in a directory."""
    directory = Path(sys.argv[1])
    given = json.loads((directory / "given.json").read_text())
    begun = time.perf_counter()
    for at in range(given["count"]):
        values = np.load(directory / f"{at}.npy")
        np.save(directory / f"said{at}.npy", by_origin(values, given))
    print(json.dumps({"seconds": time.perf_counter() - begun}))  # noqa: T201


main()
