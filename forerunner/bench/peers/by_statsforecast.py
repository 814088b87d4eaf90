"""The library for many series: statsforecast, each series by itself."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from statsforecast import models


def model_of(name: str, day: int) -> Any:
    """Return the model that was asked for."""
    return {
        "window": lambda: models.SeasonalWindowAverage(season_length=day, window_size=7),
        "theta": lambda: models.DynamicOptimizedTheta(season_length=day),
        "mstl": lambda: models.MSTL([day, 7 * day], trend_forecaster=models.AutoETS(model="ZZN")),
    }[name]()


def main() -> None:
    """Forecast; the arguments are in a directory."""
    directory = Path(sys.argv[1])
    given = json.loads((directory / "given.json").read_text())
    histories = [np.load(directory / f"{at}.npy") for at in range(given["count"])]
    model = model_of(given["model"], given["day"])
    # What is compiled at the first call is no part of it.
    model.forecast(y=histories[0][:, 0].astype(np.float32), h=given["steps"])
    begun = time.perf_counter()
    said = [
        np.stack(
            [model.forecast(y=one.astype(np.float32), h=given["steps"])["mean"] for one in each.T],
            axis=1,
        )
        for each in histories
    ]
    seconds = time.perf_counter() - begun
    for at, each in enumerate(said):
        np.save(directory / f"said{at}.npy", each.astype(float))
    print(json.dumps({"seconds": seconds}))  # noqa: T201


main()
