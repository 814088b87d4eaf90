"""What others forecast from the same history, in an environment of their own."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.forecasting.series import Values
from forerunner.bench import rows as form
from forerunner.bench.peer import PEERS, BenchError, peer_python


@dataclass(frozen=True)
class Said:
    """What a peer said.

    Attributes:
        forecasts: One for each history, rows by series; those of its origins one after the other.
        seconds: What it took without reading, writing and starting.
    """

    forecasts: list[Values]
    seconds: float


def ask(
    script: str, histories: Sequence[Values], steps: int, day: int, **asked: int | str | list[int]
) -> Said:
    """Return what a script of `peers/` forecasts from each history, told what is asked besides.

    Raises:
        BenchError: It fails, or its environment is not there.
    """
    directory = form.fresh("predict", script)
    try:
        for at, history in enumerate(histories):
            np.save(directory / f"{at}.npy", history)
        given = {"count": len(histories), "steps": steps, "day": day, **asked}
        (directory / "given.json").write_text(json.dumps(given))
        command = [str(peer_python()), str(PEERS / f"by_{script}.py"), str(directory)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchError(f"{script}: {done.stderr[-500:]}")
        count = range(len(histories))
        found = [np.load(directory / f"said{at}.npy", allow_pickle=False) for at in count]
        return Said(found, float(json.loads(done.stdout)["seconds"]))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
