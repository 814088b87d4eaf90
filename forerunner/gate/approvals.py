"""Approvals: somebody's word for exactly one plan, bound to its hash, until a moment."""

from dataclasses import dataclass

from forerunner.database import Transactional
from forerunner.gate.book import Book, opened
from forerunner.model import Plan


@dataclass(frozen=True)
class Approval:
    """Somebody's word for a plan.

    Attributes:
        who: Who gave it.
        until: Seconds since the epoch.
    """

    who: str
    until: float


def approve(plan: Plan, who: str, lasting_s: float, ledger: Transactional) -> Approval:
    """Approve what a plan does now; another candidate has another hash and needs another word.

    Args:
        plan: What is approved.
        who: Who approves.
        lasting_s: Seconds until the approval ends.
        ledger: Where it is kept.

    Raises:
        LedgerError: It cannot be written.
    """
    with opened(ledger) as book:
        made = Approval(who, book.now + lasting_s)
        book.execute(
            "INSERT INTO gate_approvals (hash, who, plan, given, until)"
            " VALUES (:hash, :who, :plan, :given, :until)",
            hash=plan.hash,
            who=who,
            plan=plan.id,
            given=book.now,
            until=made.until,
        )
        book.note("approved", who=who, plan=plan.id, hash=plan.hash, until=made.until)
    return made


def of(book: Book, plan: Plan) -> list[Approval]:
    """Return the approvals of a plan's hash that hold now, and those that have ended."""
    rows = book.execute(
        "SELECT who, until FROM gate_approvals WHERE hash = :hash ORDER BY until", hash=plan.hash
    )
    return [Approval(str(who), float(until)) for who, until in rows]
