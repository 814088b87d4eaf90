"""Backing up what was just changed, whoever changed it: the ledger's outcomes tell.

A change that wrote to devices leaves an outcome, from whichever entrance it came. Once no more come
for a while, one asset event names all devices of the burst: a backup costs time that the loop may
need for its next act, and a second one of the same device would only find it as stored.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException

from forerunner.airflow.operators import AnsiblePlaybookOperator
from forerunner.airflow.triggers import LedgerTrigger, Payload

if TYPE_CHECKING:
    from forerunner.ledger import Ledger
    from forerunner.model import Outcome

# What may have written to its devices: an act that was undone, or failed half way, did so too.
_WROTE = frozenset({"verified", "undone", "failed"})
_PLANS = 5
RECENT_S = 3600.0
"""Age in seconds up to which an outcome is still told of after a start: the night has the rest."""


class ChangeTrigger(LedgerTrigger):
    """Raises `{"hosts": [...], "plans": [...]}` once a burst of changes is over.

    Args:
        poll_s: Seconds between two looks.
        quiet_s: Seconds without a change after which a burst is over.
    """

    def __init__(self, poll_s: float = 5.0, quiet_s: float = 30.0) -> None:
        super().__init__(poll_s)
        self.quiet_s = quiet_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes the trigger again from."""
        return f"{__name__}.ChangeTrigger", {"poll_s": self.poll_s, "quiet_s": self.quiet_s}

    def reader(self) -> Callable[[], Sequence[Payload]]:
        """Return what gathers the changes."""
        changes = Changes(self.quiet_s)

        def read() -> Sequence[Payload]:
            burst = changes.read()
            return [burst] if burst else []

        return read


class Changes:
    """Gathers the devices of new outcomes until no more come.

    Args:
        quiet_s: Seconds without one.
    """

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._ledger: Ledger | None = None
        self._sequence = 0
        self._hosts: set[str] = set()
        self._plans: dict[str, None] = {}
        self._newest = 0.0

    def read(self) -> dict[str, list[str]] | None:
        """Return the devices and plans of a burst that is over, once; else None."""
        from forerunner.ledger import Ledger

        self._ledger = self._ledger or Ledger.open()
        for sequence, outcome in self._ledger.outcomes_after(self._sequence):
            self._sequence = sequence
            self._take(outcome)
        if not self._hosts or time.time() - self._newest < self._quiet_s:
            return None
        burst = {"hosts": sorted(self._hosts), "plans": list(self._plans)}
        self._hosts, self._plans = set(), {}
        return burst

    def _take(self, outcome: "Outcome") -> None:
        recent = time.time() - outcome.ended_at < RECENT_S
        if recent and outcome.state in _WROTE and outcome.hosts:
            self._hosts |= outcome.hosts.keys()
            self._plans[outcome.plan] = None
            # By this clock: that of whoever wrote it may be ahead.
            self._newest = time.time()


class BackUpChangedOperator(AnsiblePlaybookOperator):
    """Back up the devices that the asset events of this run name."""

    def execute(self, context: Context) -> dict[str, Any]:
        """Run `backup_configs` on them and return what it gave.

        Raises:
            AirflowSkipException: No event names any, as when the DAG is started by hand.
            PlaybookFailed: At least one was not backed up.
        """
        hosts, plans = named(context, "hosts"), named(context, "plans")
        if not hosts:
            raise AirflowSkipException("no change is named; backup_configs backs up everything")
        self.limit = hosts
        self.variables = {"config_backup_reason": "after a change"}
        if plans:
            self.variables["config_backup_plan"] = ", ".join(plans[-_PLANS:])
        return super().execute(context)


def named(context: Context, what: str) -> list[str]:
    """Return what the events that started a run name, each once."""
    events: Sequence[Any] = [
        event for each in (context.get("triggering_asset_events") or {}).values() for event in each
    ]
    names = [name for event in events for name in event.extra.get("payload", {}).get(what, [])]
    return [name for name in dict.fromkeys(names) if isinstance(name, str) and name]
