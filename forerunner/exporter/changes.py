"""Predictions, plans and what became of them, as the ledger holds them."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import get_args

from prometheus_client.core import Metric

from forerunner import home
from forerunner.database import address
from forerunner.exporter.errors import ExporterError
from forerunner.exporter.families import bounded, counter, gauge, summed
from forerunner.ledger import Ledger, Tally, tally
from forerunner.model import OutcomeState, PredictionKind

_FILE = "sqlite:///"


def check_ledger() -> None:
    """See that the ledger is there: opening one that is not would make an empty one.

    Raises:
        ExporterError: There is none, or an empty file in its place.
    """
    url = address()
    if not url.startswith(_FILE):
        return
    path = Path(url.removeprefix(_FILE).partition("?")[0])
    if not path.is_file():
        raise ExporterError(f"there is no ledger at {path}: it is gone, or nothing wrote to it yet")
    if path.stat().st_size == 0:
        raise ExporterError(f"the ledger at {path} is an empty file; restore it")


def read_changes() -> list[Metric]:
    """Return what was predicted, planned and done.

    Raises:
        ExporterError: There is no ledger.
        LedgerError: It cannot be read.
    """
    check_ledger()
    ledger = Ledger.open()
    try:
        return families(tally(ledger, time.time()), playbooks())
    finally:
        ledger.close()


def playbooks() -> frozenset[str]:
    """Return the playbooks that there are: no other name becomes a label."""
    return frozenset(path.stem for path in (home.root() / "playbooks").glob("*.yml"))


def families(found: Tally, known: Collection[str]) -> list[Metric]:
    """Return a tally as families of metrics.

    Args:
        found: What the ledger holds.
        known: Names of playbooks that become labels.
    """
    return [*_predicted(found), *_planned(found, known), *_ended(found, known)]


def _predicted(found: Tally) -> list[Metric]:
    kinds = get_args(PredictionKind)
    counts = summed(((bounded(kind, kinds),), n) for kind, n in found.predictions.items())
    newest = {kind: at for kind, at in found.predicted.items() if kind in kinds}
    text = "When the newest prediction was made."
    return [
        counter("predictions", "Predictions written down.", ["kind"], counts),
        gauge("last_prediction_timestamp_seconds", text, ["kind"], newest),
    ]


def _planned(found: Tally, known: Collection[str]) -> list[Metric]:
    plans = summed(((bounded(name, known),), n) for name, n in found.plans.items())
    open_ = summed(((bounded(name, known),), n) for name, n in found.under_way.items())
    return [
        counter("plans", "Plans written down, before anything was touched.", ["playbook"], plans),
        gauge("plans_under_way", "Plans that neither ended nor expired.", ["playbook"], open_),
    ]


def _ended(found: Tally, known: Collection[str]) -> list[Metric]:
    states = get_args(OutcomeState)
    ends = [(bounded(x.playbook, known), bounded(x.state, states), x) for x in found.outcomes]
    runs = summed(((name, state, x.origin), x.count) for name, state, x in ends)
    seconds = summed(((name,), max(0.0, x.seconds)) for name, _, x in ends)
    labels = ["playbook", "state", "origin"]
    return [
        counter("runs", "Plans that were carried out, by how they ended.", labels, runs),
        counter("run_seconds", "Seconds that carrying plans out took.", ["playbook"], seconds),
    ]
