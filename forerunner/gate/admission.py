"""Passing the gate: admit a plan, check each write, give the leases back."""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from forerunner.database import Transactional
from forerunner.gate import audit, guards, leases, switch
from forerunner.gate.book import Book, Clock, opened
from forerunner.gate.errors import NotAdmitted, Refusal, Refused
from forerunner.gate.holder import Holder
from forerunner.gate.policy import GatePolicy
from forerunner.gate.request import Request
from forerunner.model import Plan, new_id

_POLL_S = 0.1
_LEFT_OUT = "there is no token: role change_gate was left out (by a tag, or a later start)"


@dataclass(frozen=True)
class Admission:
    """A plan that may begin.

    Attributes:
        id: Its name in the audit trail.
        token: What every write is asked for; nobody can guess it, and the ledger holds its hash.
        fences: Fencing number by device.
    """

    id: str
    token: str
    fences: Mapping[str, int]


def admit(
    plan: Plan,
    request: Request,
    policy: GatePolicy,
    ledger: Transactional,
    holder: Holder | None = None,
    clock: Clock = time.time,
) -> Admission:
    """Let a plan through with its devices' leases, or raise everything that is against it.

    Args:
        plan: What is meant; its `limit` are the devices that are written to.
        request: Who asks.
        policy: What the operator lets pass.
        ledger: Where leases and the audit trail are; without it nothing passes.
        holder: The process that carries it out; by default this one.
        clock: Seconds since the epoch.

    Raises:
        Refused: Holds every reason; nothing was touched.
    """
    case = partial(guards.Case, plan, request, policy, holder or Holder.of_process())
    return _patiently(partial(_attempt, case, ledger, clock), policy.lease_wait_s)


def _patiently(attempt: Callable[[bool], Admission | None], seconds: float) -> Admission:
    end = time.monotonic() + seconds
    while not (found := attempt(time.monotonic() < end)):
        time.sleep(_POLL_S)
    return found


def _attempt(
    case: Callable[[Book], guards.Case], ledger: Transactional, clock: Clock, patient: bool
) -> Admission | None:
    """Look and reserve in one transaction: two plans that are each safe alone cannot both pass."""
    with opened(ledger, clock) as book:
        judged = case(book)
        found = _judge(judged, patient)
    if isinstance(found, Admission):
        audit.anchor(book.heads, judged.plan.id)
        return found
    if found:
        raise Refused(found)
    return None


def _judge(case: guards.Case, patient: bool) -> Admission | list[Refusal]:
    """Return the admission, or the reasons against it; none of both where waiting may help."""
    against = guards.judge(case)
    if not against:
        return _reserve(case)
    if patient and all(each.guard == "lease" for each in against):
        return []
    _note(case, "refused", reasons=[str(each) for each in against])
    return against


def foretell(
    plan: Plan, request: Request, policy: GatePolicy, ledger: Transactional
) -> list[Refusal]:
    """Return what the gate would say now, without taking or noting anything."""
    with opened(ledger) as book:
        return guards.judge(guards.Case(plan, request, policy, Holder.of_process(), book))


def check(token: str, device: str, ledger: Transactional, clock: Clock = time.time) -> None:
    """Make sure, just before a write, that it is still admitted; its lease lasts anew from now.

    Args:
        token: Of the admission.
        device: Inventory name of the device that is about to be written to.
        ledger: Where the leases are.
        clock: Seconds since the epoch.

    Raises:
        NotAdmitted: It is not; says why and what to do. The write must not be done.
        LedgerError: The ledger cannot be used; no write then either.
    """
    with opened(ledger, clock) as book:
        problem = _problem(book, token, device)
        if problem:
            book.note("write refused", device=device, reason=problem)
    if problem:
        raise NotAdmitted(f"{device}: not written to, for {problem}")


def close(token: str, ledger: Transactional, unsettled: bool = False) -> None:
    """End an admission and give its leases back; a second time does nothing.

    Args:
        token: Of the admission.
        ledger: Where it stands.
        unsettled: A timer may still run on devices that were written to: their leases run out
            by themselves, after it.
    """
    with opened(ledger) as book:
        _close(book, _hash(token), unsettled)


def close_all(holder: Holder, ledger: Transactional) -> None:
    """End whatever a process still holds."""
    with opened(ledger) as book:
        rows = book.execute(
            "SELECT token, started FROM gate_admissions"
            " WHERE closed IS NULL AND host = :host AND pid = :pid",
            host=holder.host,
            pid=holder.pid,
        )
        for token, started in rows:
            if Holder(holder.host, holder.pid, float(started)).same_as(holder):
                _close(book, str(token), unsettled=False)


def _reserve(case: guards.Case) -> Admission:
    book, plan, request = case.book, case.plan, case.request
    lasting = case.policy.begin_s + request.dead_man_s + case.policy.restore_s
    name, token = new_id("admission"), secrets.token_urlsafe(32)
    fences = leases.take(book, name, plan, lasting)
    book.execute(
        "INSERT INTO gate_admissions (token, id, plan, hash, playbook, entrance, who, host, pid,"
        " started, admitted, lasting) VALUES (:token, :id, :plan, :hash, :playbook, :entrance,"
        " :who, :host, :pid, :started, :admitted, :lasting)",
        token=_hash(token),
        id=name,
        plan=plan.id,
        hash=plan.hash,
        playbook=plan.playbook,
        entrance=request.entrance,
        who=request.who,
        **vars(case.holder),
        admitted=book.now,
        lasting=request.dead_man_s + case.policy.restore_s,
    )
    _note(case, "admitted", admission=name, fences=fences)
    return Admission(name, token, fences)


def _note(case: guards.Case, kind: str, **more: object) -> None:
    plan, request = case.plan, case.request
    case.book.note(
        kind,
        who=request.who,
        entrance=request.entrance,
        playbook=plan.playbook,
        plan=plan.id,
        hash=plan.hash,
        devices=list(plan.limit),
        **more,
    )


def _problem(book: Book, token: str, device: str) -> str:
    """Return why a write is not admitted; empty when it is. Its lease is made to last."""
    stopped = switch.refusals(book)
    if stopped:
        return str(stopped[0])
    problem = _token_problem(book, _hash(token), device) if token else _LEFT_OUT
    return f"{problem}; run the playbook again, from its first task" if problem else ""


def _token_problem(book: Book, token: str, device: str) -> str:
    rows = book.execute(
        "SELECT id, who, closed, lasting FROM gate_admissions WHERE token = :token", token=token
    )
    if not rows:
        return "no admission has this token"
    name, who, closed, lasting = rows[0]
    if closed is not None:
        return f"admission {name} of {who} has ended"
    expires = leases.held(book, name, device)
    if expires is None:
        return f"admission {name} of {who} is not for it, or another change has taken over"
    if expires <= book.now:
        return f"the lease of admission {name} of {who} has run out"
    leases.write(book, name, device, float(lasting))
    return ""


def _close(book: Book, token: str, unsettled: bool) -> None:
    select = "SELECT id FROM gate_admissions WHERE closed IS NULL AND token = :token"
    for (name,) in book.execute(select, token=token):
        book.execute(
            "UPDATE gate_admissions SET closed = :now WHERE id = :id", now=book.now, id=name
        )
        leases.give_back(book, name, unsettled)
        book.note("ended", admission=name, settled=not unsettled)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
