"""The guards: each looks at one thing, and says what stands in the way and how to proceed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from forerunner.gate import approvals, leases, switch
from forerunner.gate.book import Book
from forerunner.gate.errors import Refusal
from forerunner.gate.holder import Holder
from forerunner.gate.policy import GatePolicy
from forerunner.gate.request import AUTOMATED, Request
from forerunner.model import Plan

_FAILED = frozenset({"failed", "undone", "unreachable"})
_OUTCOMES = (
    "SELECT p.prediction, o.record FROM outcomes o JOIN plans p ON p.id = o.plan"
    " WHERE p.prediction IS NOT NULL AND o.time > :since ORDER BY o.sequence DESC LIMIT 100"
)


@dataclass(frozen=True)
class Case:
    """What is judged.

    Attributes:
        plan: What is meant.
        request: Who asks.
        policy: What the operator lets pass.
        holder: The process that would hold the leases.
        book: The transaction in which all is looked at.
    """

    plan: Plan
    request: Request
    policy: GatePolicy
    holder: Holder
    book: Book

    @property
    def now(self) -> datetime:
        """Return the instant of the transaction."""
        return datetime.fromtimestamp(self.book.now, UTC)


def judge(case: Case) -> list[Refusal]:
    """Return every reason against a plan; none means that it may begin."""
    return [refusal for guard in _GUARDS for refusal in guard(case)]


def _kill_switch(case: Case) -> Iterator[Refusal]:
    yield from switch.refusals(case.book)


def _scope(case: Case) -> Iterator[Refusal]:
    count, most = len(set(case.plan.limit)), case.policy.maximum_devices
    if count == 0:
        yield Refusal("scope", "the change is for no device", "see --limit and the inventory")
    if count > most:
        what = f"the change writes to {count} devices, and maximum_devices is {most}"
        yield Refusal("blast radius", what, "split it by --limit")


def _load(case: Case) -> Iterator[Refusal]:
    most, load = case.policy.maximum_load_mbit_s, case.request.load_bps
    if most is None:
        return
    if load is None and case.policy.unknown_load == "refuse":
        what = "what the devices carry is not known"
        yield Refusal("blast radius", what, "start telemetry (playbooks/start_telemetry.yml)")
    if load is not None and load / 1e6 > most:
        what = f"they carry {load / 1e6:.0f} Mbit/s, and maximum_load_mbit_s is {most:g}"
        yield Refusal("blast radius", what, "wait for a quieter hour, or split it by --limit")


def _expiry(case: Case) -> Iterator[Refusal]:
    late = case.book.now - case.plan.expires
    if late > 0:
        yield Refusal("expiry", f"plan {case.plan.id} expired {late:.0f} s ago", "plan it again")


def _freeze(case: Case) -> Iterator[Refusal]:
    policy = case.policy
    if case.request.entrance not in policy.windows_bind:
        return
    for freeze in policy.freezes:
        begins, ends = freeze.instants(policy.zone)
        if begins <= case.now < ends:
            what = f"nothing changes until {_local(ends, policy)} ({freeze.reason})"
            yield Refusal("freeze", what, "wait, or have change_policy changed")


def _maintenance(case: Case) -> Iterator[Refusal]:
    policy, windows = case.policy, case.policy.maintenance_windows
    if not windows or case.request.entrance not in policy.windows_bind:
        return
    if not any(window.holds(case.now, policy.zone) for window in windows):
        opens = min(window.next_opening(case.now, policy.zone) for window in windows)
        what = f"no maintenance window is open; the next opens at {_local(opens, policy)}"
        yield Refusal("maintenance window", what, "wait for it")


def _approval(case: Case) -> Iterator[Refusal]:
    policy, plan, request = case.policy, case.plan, case.request
    by_entrance = request.entrance in policy.approval_entrances
    if not by_entrance and plan.playbook not in policy.approval_playbooks:
        return
    if not plan.variables:
        what = f"{plan.playbook} was given nothing that an approval could bind to"
        yield Refusal("approval", what, "make a plan, have that approved, and give its plan_file")
        return
    given = approvals.of(case.book, plan)
    valid = [each for each in given if each.until > case.book.now]
    if [each for each in valid if not policy.approval_by_another or each.who != request.who]:
        return
    proceed = f"have somebody run `forerunner gate approve {plan.id}`"
    if valid:
        what = f"{request.who} asks and approves, and approval_by_another is set"
    elif given:
        what = f"{given[-1].who}'s approval has ended at {_local(_at(given[-1].until), policy)}"
    else:
        what = f"nobody has approved what {plan.id} does now (hash {plan.hash[:12]})"
    yield Refusal("approval", what, proceed)


def _rate(case: Case) -> Iterator[Refusal]:
    policy = case.policy
    if case.request.entrance not in AUTOMATED:
        return
    since = case.book.now - policy.automated_period_s
    rows = case.book.execute(
        "SELECT entrance FROM gate_admissions WHERE admitted > :since", since=since
    )
    count = sum(entrance in AUTOMATED for (entrance,) in rows)
    if count >= policy.automated_acts:
        what = f"{count} automated changes in {policy.automated_period_s:g} s"
        yield Refusal("rate limit", what, "wait, or make the change by hand")


def _breaker(case: Case) -> Iterator[Refusal]:
    """Open after failures in a row; after the pause one change is tried."""
    policy = case.policy
    if case.request.entrance not in AUTOMATED:
        return
    failures = failures_in_a_row(case.book)
    if len(failures) < policy.breaker_failures:
        return
    left = failures[0] + policy.breaker_cooldown_s - case.book.now
    if left > 0:
        what = f"the last {len(failures)} automated changes failed; a pause of {left:.0f} s is left"
        yield Refusal("circuit breaker", what, "see `forerunner ledger`, then `forerunner gate go`")


def failures_in_a_row(book: Book) -> list[float]:
    """Return when the newest automated changes failed, newest first, up to one that did not.

    However often one prediction was tried, it counts once: one bad device is no epidemic.
    """
    _, since = switch.row(book, "breaker")
    found: dict[str, float] = {}
    for prediction, record in book.execute(_OUTCOMES, since=since):
        outcome = json.loads(record) if isinstance(record, str) else record
        if outcome["state"] in _FAILED:
            found.setdefault(prediction, float(outcome["ended_at"]))
        elif outcome["state"] == "verified":
            break
    return list(found.values())


def _lease(case: Case) -> Iterator[Refusal]:
    yield from leases.refusals(case.book, case.plan, case.holder)


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC)


def _local(moment: datetime, policy: GatePolicy) -> str:
    return moment.astimezone(policy.zone).strftime("%a %Y-%m-%d %H:%M %Z")


_GUARDS: tuple[Callable[[Case], Iterator[Refusal]], ...] = (
    _kill_switch,
    _scope,
    _load,
    _expiry,
    _freeze,
    _maintenance,
    _approval,
    _rate,
    _breaker,
    _lease,
)
