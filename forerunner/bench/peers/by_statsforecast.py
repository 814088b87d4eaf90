"""The library for many series: statsforecast, each series by itself."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from statsforecast import models
from statsforecast.utils import ConformalIntervals

_LEVELS = [80, 95]


def model_of(name: str, day: int, intervals: ConformalIntervals | None) -> Any:
    """Return the model that was asked for."""
    return {
        "window": lambda: models.SeasonalWindowAverage(
            season_length=day, window_size=7, prediction_intervals=intervals
        ),
        "theta": lambda: models.DynamicOptimizedTheta(season_length=day),
        "mstl": lambda: models.MSTL([day, 7 * day], trend_forecaster=models.AutoETS(model="ZZN")),
    }[name]()


def main() -> None:
    """Forecast; the arguments are in a directory."""
    directory = Path(sys.argv[1])
    given = json.loads((directory / "given.json").read_text())
    histories = [np.load(directory / f"{at}.npy") for at in range(given["count"])]
    steps, windows = given["steps"], given.get("windows", 0)
    intervals = ConformalIntervals(n_windows=windows, h=steps) if windows else None
    model = model_of(given["model"], given["day"], intervals)
    asked = {"h": steps, "level": _LEVELS if windows else None}
    # Nor is how its input lies in memory, nor what is compiled at the first call, any part of it.
    series = [np.ascontiguousarray(each.T, dtype=np.float32) for each in histories]
    model.forecast(y=series[0][0], **asked)
    begun = time.perf_counter()
    said = [
        np.stack([model.forecast(y=one, **asked)["mean"] for one in each], axis=1)
        for each in series
    ]
    seconds = time.perf_counter() - begun
    for at, each in enumerate(said):
        np.save(directory / f"said{at}.npy", each.astype(float))
    print(json.dumps({"seconds": seconds}))  # noqa: T201


main()
