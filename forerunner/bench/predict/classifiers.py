"""A library's classifier on folds that were drawn for it, in the peers' environment."""

import json
import shutil
import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forerunner.bench import rows as form
from forerunner.bench.peer import PEERS, BenchError, peer_python


def answers(
    model: str, rows: NDArray[np.float64], labels: NDArray[Any], folds: NDArray[np.int64]
) -> NDArray[Any]:
    """Return what a peer says of every row, learned from the other folds; of the labels' type.

    Args:
        model: `lightgbm` or `random forest`.
        rows: Shape (rows, columns).
        labels: Of each row.
        folds: Which fold a row is in, shape (repetitions, rows).

    Raises:
        BenchError: It fails.
    """
    directory = form.fresh("predict", "classifier")
    given = {"rows": rows, "labels": labels, "folds": folds}
    try:
        for name, array in given.items():
            np.save(directory / f"{name}.npy", array)
        (directory / "given.json").write_text(json.dumps({"model": model}))
        _run([str(peer_python()), str(PEERS / "by_classifier.py"), str(directory)])
        return np.asarray(np.load(directory / "said.npy", allow_pickle=False))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)}: {done.stderr[-500:]}")
