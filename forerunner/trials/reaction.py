"""What the loop did about a fault, read from the ledger."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from forerunner.errors import ForerunnerError
from forerunner.ledger import Entry
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK, Trial

ACTED = ("verified", "undone", "failed", "unreachable")
_RECENT = 500


class NoReaction(ForerunnerError):
    """The loop did not answer at all."""


@dataclass(frozen=True)
class Reaction:
    """The loop's answer to one trial.

    Attributes:
        entries: Plans that were acted on since the trial began, oldest first.
        drain: The first drain that was verified; None when there was none.
        predicted_at: When its prediction was written, seconds since the epoch.
        verified_at: When the drain was verified, seconds since the epoch.
    """

    entries: tuple[Entry, ...]
    drain: Entry | None
    predicted_at: float | None
    verified_at: float | None

    @property
    def to_verified_s(self) -> float | None:
        """Return the seconds from the prediction to the verified drain."""
        if self.predicted_at is None or self.verified_at is None:
            return None
        return self.verified_at - self.predicted_at

    def lead_time_s(self, fault_at: float | None) -> float | None:
        """Return the seconds between the verified drain and the fault; negative when late."""
        if fault_at is None or self.verified_at is None:
            return None
        return fault_at - self.verified_at


def acts(site: Site, since: float, until: float | None = None) -> tuple[Entry, ...]:
    """Return the plans that were acted on for predictions made in a span of time, oldest first."""
    until = time.time() if until is None else until
    ledger = site.ledger()
    try:
        entries = ledger.entries(limit=_RECENT)
    finally:
        ledger.close()
    return tuple(entry for entry in reversed(entries) if _acted_between(entry, since, until))


def read(site: Site, trial: Trial) -> Reaction:
    """Return what the loop did about a trial's fault."""
    return answer(acts(site, trial.began_at), trial)


def answer(entries: tuple[Entry, ...], trial: Trial) -> Reaction:
    """Return which of the acts answered the fault: on its link, and not before it showed."""
    right = [entry for entry in entries if not _for_nothing(entry, trial)]
    drain = verified(right, "drain_link")
    if drain is None or drain.prediction is None:
        return Reaction(entries, None, None, None)
    ended = next(x.ended_at for x in drain.outcomes if x.state == "verified")
    return Reaction(entries, drain, drain.prediction.made_at, ended)


def false_drains(entries: Iterable[Entry], trial: Trial) -> tuple[Entry, ...]:
    """Return the drains that no degradation had asked for: another link, or before the onset."""
    drains = (entry for entry in entries if entry.plan.playbook == "drain_link")
    return tuple(entry for entry in drains if _for_nothing(entry, trial))


def verified(entries: Iterable[Entry], playbook: str) -> Entry | None:
    """Return the first of the entries whose playbook was run and verified."""
    for entry in entries:
        states = [outcome.state for outcome in entry.outcomes]
        if entry.plan.playbook == playbook and "verified" in states:
            return entry
    return None


def _for_nothing(entry: Entry, trial: Trial) -> bool:
    made = entry.prediction.made_at if entry.prediction else trial.began_at
    early = trial.onset_at is None or made < trial.onset_at
    return early or entry.plan.variables.get("link") != LINK


def settle(site: Site, timeout_s: float = 60) -> None:
    """Wait until no plan is without an outcome, or until the time is over."""
    deadline = time.monotonic() + timeout_s
    ledger = site.ledger()
    try:
        while any(not entry.outcomes for entry in ledger.entries(limit=5)):
            if time.monotonic() > deadline:
                return
            time.sleep(0.5)
    finally:
        ledger.close()


def _acted_between(entry: Entry, since: float, until: float) -> bool:
    made = entry.prediction.made_at if entry.prediction else None
    if made is None or not since <= made <= until:
        return False
    return any(outcome.state in ACTED for outcome in entry.outcomes)
