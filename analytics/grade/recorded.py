"""Recorded history re-run through a policy: when it would have acted, and whether rightly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from analytics.decide import Policy, Trigger
from analytics.failure.model import HORIZON_S
from analytics.grade.grading import Grade
from analytics.grade.history import History
from analytics.proportion import lower_bound
from forerunner.model import Prediction
from forerunner.store import Wanted

_PROBABILITIES = """SELECT host, interface, time, value FROM {table}
    WHERE {where} ORDER BY host, interface, time"""


@dataclass(frozen=True)
class Rerun:
    """What a policy would have done.

    Attributes:
        acts: How often it would have acted.
        right: Of these, how often a fault or loss came.
        false_alarms: How often none did.
        unknown: How often nobody can tell.
        precision_at_least: Lower bound of right among right and false, 95%, one-sided.
        lead_s: Median seconds from the act to the hole; None without one.
        lost_before: Probe packets lost from a horizon before each act until it.
        lost_after: Those lost after it, which traffic would have been spared.
    """

    acts: int
    right: int
    false_alarms: int
    unknown: int
    precision_at_least: float
    lead_s: float | None
    lost_before: int
    lost_after: int

    def rows(self) -> dict[str, Any]:
        """Return the figures by what they say."""
        return vars(self)


def rerun(history: History, policy: Policy, since: float, by_telemetry: bool) -> Rerun:
    """Return what a policy would have done since then.

    Args:
        history: Ledger, telemetry and links.
        policy: The candidate, or the one in service.
        since: Seconds since the epoch.
        by_telemetry: Re-run the recorded probability of every interval, which also finds acts
            that the policy in service never thought of; otherwise only the ledger's predictions.

    Raises:
        LedgerError: The ledger cannot be read.
        StoreError: A file of the store is damaged.
    """
    found = _by_telemetry if by_telemetry else _by_ledger
    return _summed([_cost(history, each) for each in found(history, policy, since)])


def _by_ledger(history: History, policy: Policy, since: float) -> Iterator[Prediction]:
    """Yield the predictions that the policy would have acted on, in order."""
    quiet_until: dict[str, float] = {}
    for each in reversed(history.ledger.predictions(None)):
        likely = each.probability >= policy.act_probability and each.horizon_s <= policy.horizon_s
        late = each.made_at >= max(since, quiet_until.get(each.target, since))
        if each.kind == "link_failure" and likely and late:
            quiet_until[each.target] = each.made_at + policy.cooldown_s
            yield each


def _by_telemetry(history: History, policy: Policy, since: float) -> Iterator[Prediction]:
    """Yield the predictions that a trigger of the policy makes of the recorded probabilities.

    They look as far ahead as the model does; a policy that allows less acts on none of them.
    """
    if policy.horizon_s < HORIZON_S:
        return
    links = {(x.directions[0].host, x.directions[0].interface): x for x in history.topology.links}
    wanted = Wanted(("link_failure_probability",), since=since, until=history.now)
    triggers: dict[str, Trigger] = {}
    for host, interface, moment, value in history.store.ask(_PROBABILITIES, wanted):
        link = links.get((host, interface))
        if link is None:
            continue
        trigger = triggers.setdefault(link.name, Trigger(policy))
        if trigger.update(moment, value):
            name = f"{link.name} {moment:.1f}"
            yield Prediction(
                name, "link_failure", link.name, value, None, HORIZON_S, {}, "rerun", moment
            )


def _cost(history: History, prediction: Prediction) -> tuple[Grade, int, int]:
    """Return the grade of an act, and the packets lost before and after it."""
    made_at, end = prediction.made_at, prediction.made_at + prediction.horizon_s
    seen = history.seen([prediction.target], made_at - prediction.horizon_s, end)
    shown = seen.get(prediction.target)
    lost = [(made_at - prediction.horizon_s, made_at), (made_at, end)]
    before, after = ((shown.lost_between(*x) if shown else 0) or 0 for x in lost)
    return history.grade(prediction, None), before, after


def _summed(found: Iterable[tuple[Grade, int, int]]) -> Rerun:
    graded = list(found)
    verdicts = [grade.verdict if grade.settled else "unknown" for grade, _, _ in graded]
    right, false = verdicts.count("right"), verdicts.count("false_alarm")
    leads = [grade.lead_s for grade, _, _ in graded if grade.lead_s is not None]
    return Rerun(
        acts=len(graded),
        right=right,
        false_alarms=false,
        unknown=len(graded) - right - false,
        precision_at_least=round(lower_bound(right, right + false), 4),
        lead_s=float(np.round(median(leads), 1)) if leads else None,
        lost_before=sum(before for _, before, _ in graded),
        lost_after=sum(after for _, _, after in graded),
    )
