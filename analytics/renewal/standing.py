"""How the model in service stands: read from the store, the ledger and the registry."""

import time
from contextlib import closing

from analytics.failure.serving import KIND, in_service
from analytics.grade.history import History
from analytics.renewal.drift import ModelDrift, model_drift
from analytics.renewal.recorded import stretches
from forerunner import home
from forerunner.ledger import Ledger
from forerunner.store import Store
from forerunner.topology import Topology


def standing(network: Topology, span_s: float) -> ModelDrift:
    """Return how far the model in service is from its training, grading what is to be graded.

    Args:
        network: The links that are watched.
        span_s: Seconds back in which inputs are looked at.

    Raises:
        ForerunnerError: Model, store or ledger cannot be read.
    """
    model, store = in_service(home.var() / "models" / f"{KIND}.json"), Store(home.telemetry(), 2)
    with closing(Ledger.open()) as book:
        grades = History(book, store, network).grades()
    return model_drift(model, stretches(store, network, time.time(), span_s), grades)
