"""The gate's part of the ledger: its tables, and a transaction that ends with its anchors."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from forerunner.database import Execute, Transactional
from forerunner.gate import audit
from forerunner.gate.audit import Head

Clock = Callable[[], float]

_TABLES = (
    # A row stays when its lease ends: the fencing number of a device only ever grows.
    """CREATE TABLE IF NOT EXISTS gate_leases (
        device VARCHAR(255) PRIMARY KEY, fence BIGINT NOT NULL, admission VARCHAR(64) NOT NULL,
        written BIGINT NOT NULL, expires DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS gate_admissions (
        token VARCHAR(64) PRIMARY KEY, id VARCHAR(64) NOT NULL, plan VARCHAR(255) NOT NULL,
        hash VARCHAR(64) NOT NULL, playbook VARCHAR(64) NOT NULL, entrance VARCHAR(16) NOT NULL,
        who VARCHAR(255) NOT NULL, host VARCHAR(255) NOT NULL, pid BIGINT NOT NULL,
        started DOUBLE PRECISION NOT NULL, admitted DOUBLE PRECISION NOT NULL,
        lasting DOUBLE PRECISION NOT NULL, closed DOUBLE PRECISION)""",
    """CREATE TABLE IF NOT EXISTS gate_approvals (
        hash VARCHAR(64) NOT NULL, who VARCHAR(255) NOT NULL, plan VARCHAR(255) NOT NULL,
        given DOUBLE PRECISION NOT NULL, until DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS gate_switches (
        name VARCHAR(32) PRIMARY KEY, stopped BIGINT NOT NULL, who VARCHAR(255) NOT NULL,
        reason TEXT NOT NULL, since DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS gate_audit (
        sequence BIGINT PRIMARY KEY, entry TEXT NOT NULL, previous VARCHAR(64) NOT NULL,
        hash VARCHAR(64) NOT NULL)""",
)


class Book:
    """One transaction on the gate's tables.

    Args:
        execute: Runs a statement.
        now: Seconds since the epoch at its beginning.
    """

    def __init__(self, execute: Execute, now: float) -> None:
        self.execute, self.now = execute, now
        self.heads: list[Head] = []

    def note(self, kind: str, **what: Any) -> None:
        """Add an entry to the audit trail; it stands when the transaction does."""
        self.heads.append(audit.append(self.execute, {"kind": kind, "time": self.now, **what}))


@contextmanager
def opened(ledger: Transactional, clock: Clock = time.time) -> Iterator[Book]:
    """Open the book for one transaction; afterwards the trail's head is anchored outside of it.

    Raises:
        LedgerError: It cannot be read or written; nothing was changed then.
        AuditError: It was changed, but its anchor cannot be written.
    """
    with ledger.transaction() as execute:
        for table in _TABLES:
            execute(table)
        book = Book(execute, clock())
        yield book
    # Not before the commit: an anchor ahead of the trail would look like a trail cut short.
    audit.anchor(book.heads)
