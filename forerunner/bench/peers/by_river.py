"""River's half-space trees on many series, one value at a time; scores into a file."""

import sys
from typing import Any

import numpy as np
from river import anomaly, compose, preprocessing


def main() -> None:
    """Score every array `values_<series>_` of the first file into the second."""
    scores = {}
    with np.load(sys.argv[1]) as given:
        for key in given.files:
            kind, at, _ = key.split("_", 2)
            if kind == "values":
                scores[f"score_{at}_trees"] = np.array(_scores(given[key]))
    given_names: Any = scores
    np.savez(sys.argv[2], **given_names)


def _scores(values: np.ndarray) -> list[float]:
    model = compose.Pipeline(preprocessing.MinMaxScaler(), anomaly.HalfSpaceTrees(seed=0))
    found = []
    for value in values:
        sample = {"value": float(value)}
        found.append(float(model.score_one(sample)))
        model.learn_one(sample)
    return found


if __name__ == "__main__":
    main()
