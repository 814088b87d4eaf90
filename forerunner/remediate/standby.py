"""A drain that is ready: its playbook has started and waits at the gate for its plan.

Starting a task of Airflow and then Ansible takes some four seconds, in which a failing link goes
on losing packets. A run that stands by has them behind it when a prediction comes. What it does
then is what any run does: decide, plan, pass the gate, act, verify, record.
"""

import json
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Self

from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.gate import Holder
from forerunner.ledger import Ledger, LedgerError
from forerunner.model import Outcome, Plan, Prediction, new_id
from forerunner.remediate.act import TIMEOUT_S, OnEvent, carry_through, job
from forerunner.remediate.plans import plan_file, write_plan
from forerunner.remediate.site import Site
from forerunner.runner import Job, RunEvent, RunResult

PLAYBOOK = "drain_link"
_POLL_S = 0.05
_log = logging.getLogger(__name__)
# Loaded by the playbook's process before it waits (callback plugin change_gate), not after.
_LOAD = {"FORERUNNER_LOAD": "forerunner.drain,forerunner.collect.load,forerunner.store"}


def standing_by() -> bool:
    """Return whether a playbook of this host waits at the gate for its plan."""
    try:
        holder = Holder(**json.loads(_sign().read_text()))
    except (OSError, ValueError, TypeError):
        return False
    return not holder.is_dead()


class StandbyLost(ForerunnerError):
    """The playbook that stood by has ended without a plan."""


def stand_by(
    run_id: str, seconds: float, ledger: Ledger | None = None, on_event: OnEvent | None = None
) -> Outcome | None:
    """Carry out the next prediction of a failure with a playbook that is started already.

    Args:
        run_id: Airflow's run id, or `cli`.
        seconds: How long to stand by.
        ledger: Where predictions come from; by default the one that the environment names.
        on_event: Called with every event of the playbook as it happens.

    Returns:
        What became of the plan; None when none came in that time.

    Raises:
        StandbyLost: The playbook cannot be kept ready; says why.
    """
    book = ledger or Ledger.open()
    try:
        with Ready(run_id, seconds, on_event) as ready:
            return _watch(book, ready, run_id, time.monotonic() + seconds)
    finally:
        if ledger is None:
            book.close()


def _watch(ledger: Ledger, ready: "Ready", run_id: str, deadline: float) -> Outcome | None:
    sequence, rehearsed = ledger.last_sequence(), False
    while time.monotonic() < deadline:
        ready.check()
        rehearsed = rehearsed or _rehearse()
        for number, prediction in _after(ledger, sequence):
            sequence = number
            if prediction.kind != "link_failure":
                continue
            outcome = carry_through(ledger, prediction.id, run_id, ready.carry_out)
            if ready.used:
                return outcome
        time.sleep(_POLL_S)
    return None


def _after(ledger: Ledger, sequence: int) -> list[tuple[int, Prediction]]:
    try:
        return ledger.predictions_after(sequence)
    except LedgerError as error:
        # As the trigger does: whatever it was, the next look may succeed.
        _log.error("the ledger cannot be read; trying again: %s", error)
        return []


def _rehearse() -> bool:
    """Measure once, so that what measuring needs is loaded before it matters."""
    try:
        Site.read().loads()
    except ForerunnerError:
        # Telemetry has not been started yet; nothing is predicted before.
        return False
    return True


class Ready:
    """A playbook that waits for its plan; ended with the context when none came.

    Args:
        run_id: Who asks the gate.
        seconds: How long it waits at the most.
        on_event: Called with every event of the playbook, in its own thread.
    """

    def __init__(self, run_id: str, seconds: float, on_event: OnEvent | None) -> None:
        self.used = False
        self._file, self._on_event = plan_file(new_id("standby")), on_event
        self._job = _waiting(self._file, run_id, seconds, self._note)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="standby")

    def __enter__(self) -> Self:
        """Start the playbook, and clear away what one left that was shot."""
        for left in self._file.parent.glob("standby-*.json"):
            left.unlink(missing_ok=True)
        self._running: Future[RunResult] = self._thread.submit(self._job.run)
        return self

    def __exit__(self, *_: object) -> None:
        """End it, unless it has ended by itself."""
        self._job.cancel()
        self._thread.shutdown()
        self._file.unlink(missing_ok=True)
        _sign().unlink(missing_ok=True)

    def check(self) -> None:
        """Raise `StandbyLost` when the playbook has ended."""
        if self._running.done():
            raise StandbyLost(f"nothing stands by: {self._running.result().message}")

    def carry_out(self, plan: Plan) -> RunResult:
        """Give the playbook its plan and return how it ended."""
        self.check()
        self.used = True
        self._file.hardlink_to(write_plan(plan, plan_file(plan.id)))
        try:
            return self._running.result(TIMEOUT_S)
        except TimeoutError:
            self._job.cancel("timeout")
            return self._running.result()

    def _note(self, event: RunEvent) -> None:
        if event.kind == "playbook_on_task_start" and not self.used:
            _sign().write_text(json.dumps(asdict(Holder.of_process())))
        if self._on_event is not None:
            self._on_event(event)


def _sign() -> Path:
    return home.var() / "standby.pid"


def _waiting(path: Path, run_id: str, seconds: float, on_event: OnEvent) -> Job:
    longest = seconds + TIMEOUT_S
    return job(
        PLAYBOOK,
        path,
        run_id,
        on_event=on_event,
        timeout_s=longest,
        idle_timeout_s=longest,
        variables={"change_gate_plan_within_s": longest},
        environment=_LOAD,
    )
