"""Reading the audit trail, and finding out whether somebody has been at it."""

from dataclasses import dataclass

from forerunner.database import Transactional
from forerunner.gate import audit
from forerunner.gate.audit import Entry
from forerunner.gate.book import opened


@dataclass(frozen=True)
class Verdict:
    """Whether the trail is whole.

    Attributes:
        entries: How many there are.
        faults: What is wrong with which entry; empty when it is intact.
    """

    entries: int
    faults: tuple[str, ...]


def read(ledger: Transactional, last: int | None = None) -> list[Entry]:
    """Return the trail in its order, or its newest entries.

    Raises:
        LedgerError: It cannot be read.
    """
    with opened(ledger) as book:
        return audit.entries(book.execute, last)


def read_from(ledger: Transactional, first: int) -> list[Entry]:
    """Return the trail in its order, from the entry of a number on.

    Raises:
        LedgerError: It cannot be read.
    """
    with opened(ledger) as book:
        return audit.entries_from(book.execute, first)


def verify(ledger: Transactional) -> Verdict:
    """Compare every entry with its hash, with the entry before it and with the anchors.

    Raises:
        LedgerError: It cannot be read.
    """
    # Inside the transaction: an anchor of an entry that came after the reading would look like
    # a trail that was cut short.
    with opened(ledger) as book:
        trail = audit.entries(book.execute)
        return Verdict(len(trail), tuple(audit.faults(trail)))
