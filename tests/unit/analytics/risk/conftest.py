"""Recorded interfaces that wear out: errors grow for two hours before one goes down."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forerunner.model import Sample
from forerunner.store import Store

STEP_S = 300
RAMP = 24


def polled(days: int, seed: int, failing: int, healthy: int) -> Any:
    """Yield host, interface, metric and its values step by step."""
    random = np.random.default_rng(seed)
    steps = days * 288
    for number in range(failing + healthy):
        up, errors = np.ones(steps), random.poisson(0.2, steps).astype(float)
        # Some 4 to 30 hours apart; the newest one is about to come.
        ends = [*np.cumsum(random.integers(50, 360, days)), steps + 3]
        ends = [end for end in ends if RAMP <= end < steps - 2 * RAMP or end > steps]
        for end in ends if number < failing else ():
            ramp = np.arange(RAMP)[: max(0, steps - (end - RAMP))]
            errors[end - RAMP : end] += random.poisson(20 * (1 + ramp))
            up[end : end + 2] = 0
        load = 1e6 * (50 + 30 * np.sin(np.arange(steps) / 46)) * STEP_S / 8
        yield f"r{number % 4}", f"eth{number}", "if_oper_status", up
        yield f"r{number % 4}", f"eth{number}", "if_in_errors", np.cumsum(errors)
        yield f"r{number % 4}", f"eth{number}", "if_in_octets", np.cumsum(load)


@pytest.fixture
def telemetry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Nine days of two interfaces that fail daily, and of five that never do."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    store = Store(tmp_path / "telemetry")
    # The first moment of each step, so that the newest step is known too.
    end = time.time() // STEP_S * STEP_S + 1
    store.append(
        [
            Sample(
                end + STEP_S * float(at + 1 - len(values)), host, interface, metric, float(value)
            )
            for host, interface, metric, values in polled(9, 1, 2, 5)
            for at, value in enumerate(values)
        ]
    )
    return store
