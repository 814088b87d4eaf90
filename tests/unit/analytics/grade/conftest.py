"""Predictions, what probes saw of their links, and a ladder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from analytics.grade import Cost, Grade, Ladder, Seen
from forerunner.model import Prediction

FILE = "inventories/lab/group_vars/all/remediation.yml"
BEGUN, HORIZON_S = 1_800_000_000.0, 60.0


def prediction(kind: Any = "link_failure", made_at: float = BEGUN) -> Prediction:
    return Prediction("p-1", kind, "r1:r3", 0.995, 20.0, HORIZON_S, {"nats": 3.0}, "m 1", made_at)


def seen(
    seconds: float = 70.0,
    lost: Callable[[float], int] = lambda _: 0,
    rtt_s: Callable[[float], float] = lambda _: 0.0003,
    skip: Callable[[float], bool] = lambda _: False,
) -> Seen:
    """Return 20 packets every tenth of a second, from 90 s before the prediction on."""
    times = [round(-90 + 0.1 * index, 1) for index in range(round((90 + seconds) * 10))]
    times = [time for time in times if not skip(time)]
    return Seen(
        np.array([BEGUN + time for time in times]),
        np.array([lost(time) for time in times], np.int64),
        np.full(len(times), 20),
        np.array([rtt_s(time) for time in times]),
    )


def grade(index: int, verdict: Any = "right", **changes: Any) -> Grade:
    given: dict[str, Any] = {
        "prediction": f"p-{index}",
        "kind": "link_failure",
        "target": "r1:r3",
        "model": "m 1",
        "probability": 0.995,
        "made_at": BEGUN + 100.0 * index,
        "verdict": verdict,
        "settled": True,
        "lead_s": 20.0 if verdict == "right" else None,
        "acted": True,
        "cost": Cost(30, 200, 40.0),
        "why": "as it was",
    }
    return Grade(**given | changes)


@pytest.fixture
def data(request: pytest.FixtureRequest) -> dict[str, Any]:
    text = (Path(request.config.rootpath) / FILE).read_text()
    return yaml.safe_load(text)["remediation_autonomy"]


@pytest.fixture
def ladder(data: dict[str, Any]) -> Ladder:
    return Ladder.from_data(data, FILE)
