"""Learners for tables: LightGBM and a random forest, on folds that were drawn for them."""

import json
import sys
from pathlib import Path

import lightgbm
import numpy as np
from sklearn.ensemble import RandomForestClassifier


def main() -> None:
    """Learn and answer; the arguments are in a directory."""
    directory = Path(sys.argv[1])
    given = json.loads((directory / "given.json").read_text())
    rows, labels = np.load(directory / "rows.npy"), np.load(directory / "labels.npy")
    folds = np.load(directory / "folds.npy")
    if given["model"] == "lightgbm":
        model = lightgbm.LGBMClassifier(n_jobs=1, verbose=-1, random_state=1)
    else:
        model = RandomForestClassifier(300, random_state=1, n_jobs=1)
    said = np.empty((len(folds), len(labels)), labels.dtype)
    for number, fold in enumerate(folds):
        for each in np.unique(fold):
            here = fold == each
            said[number, here] = model.fit(rows[~here], labels[~here]).predict(rows[here])
    np.save(directory / "said.npy", said)


main()
