"""From a probe on the wire to the DAG run that it starts: real routers, a real Airflow."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

from rich.console import Console

from forerunner.agent.session import BIN_S
from forerunner.airflow import standalone
from forerunner.airflow.client import Client
from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.lab import impairment
from forerunner.model import Prediction
from forerunner.trials import arms
from forerunner.trials.reaction import NoReaction
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK

_Found = TypeVar("_Found")
_FAULTS = {"full": 5, "short": 1}
# In labs of their own: the tests may run while a long benchmark does.
_PLACES = {"full": (66, 18087), "short": (76, 18187)}
_LOSS = 0.3
_WITHIN_S = 60.0
# Whoever asks Airflow meanwhile slows down what is measured.
_QUIET_S = 6.0
_WHAT = (
    "begin of the newest {bin:g} s bin of probe packets that a prediction stands on (made_at less "
    "a bin, by the router's clock, this machine's) to start_date of the DAG run that it started, "
    "median of {n} faults ({loss:.0%} loss on {link}, at random); slowest {worst}, from the fault "
    "itself {fault}, to the start of the run's task {task}"
)


@dataclass(frozen=True)
class Started:
    """What one fault gave; seconds since the epoch.

    Attributes:
        prediction: Its identifier.
        run: Airflow's name of the run that it started.
        fault_at: When the link began to lose packets.
        wire_at: When the first probe of the newest bin behind the prediction was due.
        run_at: When the run started.
        task_at: When its task started.
    """

    prediction: str
    run: str
    fault_at: float
    wire_at: float
    run_at: float
    task_at: float


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `wire_to_dag_median_s`."""
    directory, (index, port) = form.directory("telemetry"), _PLACES[extent]
    site = Site(index, directory / "wire-site")
    with ExitStack() as stack:
        stack.callback(arms.lower, site, "forerunner")
        arms.raise_arm(site, "forerunner", port)
        client = stack.enter_context(Client(standalone.access(site.var)))
        found = [_fault(site, client, console) for _ in range(_FAULTS[extent])]
    (directory / "wire.json").write_text(json.dumps([asdict(each) for each in found]) + "\n")
    return [_row(found)]


def _row(found: list[Started]) -> Row:
    waits = [each.run_at - each.wire_at for each in found]
    said = {
        "worst": f"{max(waits):.2f} s",
        "fault": f"{form.median([x.run_at - x.fault_at for x in found]):.2f} s",
        "task": f"{form.median([x.task_at - x.wire_at for x in found]):.2f} s",
    }
    what = _WHAT.format(bin=BIN_S, n=len(found), loss=_LOSS, link=LINK, **said)
    return Row("wire_to_dag_median_s", what, form.median(waits), "s", "<= 3", n=len(found))


def _fault(site: Site, client: Client, console: Console) -> Started:
    """Let the link lose packets and return what started when."""
    arms.reset(site, "forerunner")
    begun = time.time()
    impairment.apply(site.lab, LINK, impairment.Impairment(loss=_LOSS))
    try:
        prediction = _awaited(lambda: _predicted(site, begun), "a prediction", site)
        time.sleep(_QUIET_S)
        measured = _awaited(lambda: _started(client, prediction, begun), "a DAG run", site)
    finally:
        impairment.clear(site.lab, LINK)
    console.print(f"{prediction.id}: {measured.run_at - measured.wire_at:.2f} s to {measured.run}")
    return measured


def _predicted(site: Site, begun: float) -> Prediction | None:
    ledger = site.ledger()
    try:
        made = ledger.predictions(limit=5)
    finally:
        ledger.close()
    fresh = [x for x in made if x.made_at > begun and x.kind == "link_failure"]
    return min(fresh, key=lambda each: each.made_at, default=None)


def _started(client: Client, prediction: Prediction, begun: float) -> Started | None:
    """Return when the run started that a prediction started; None while there is none."""
    dag = standalone.LOOP_DAG
    for run in client.runs(dag, limit=5):
        name = str(run["dag_run_id"])
        raised = [each["extra"].get("payload", {}) for each in client.events(dag, name)]
        if prediction.id not in [each.get("prediction") for each in raised]:
            continue
        tasks = [task["start_date"] for task in client.tasks(dag, name)]
        if run["start_date"] and all(tasks):
            at, task = _seconds(run["start_date"]), min(map(_seconds, tasks))
            return Started(prediction.id, name, begun, prediction.made_at - BIN_S, at, task)
    return None


def _seconds(date: str) -> float:
    return datetime.fromisoformat(date).timestamp()


def _awaited(look: Callable[[], _Found | None], what: str, site: Site) -> _Found:
    deadline = time.monotonic() + _WITHIN_S
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise NoReaction(f"no sign of {what} within {_WITHIN_S:g} s; see {site.var}/observe, /airflow")
