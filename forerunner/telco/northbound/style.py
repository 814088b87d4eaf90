"""What a back office is asked, in whichever style: REST messages, or lots in files."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from forerunner.telco.contract import Record
from forerunner.telco.errors import TelcoError

Act = Literal["add", "put", "free", "remove"]
"""`add` refuses what is there, `put` replaces it, `remove` of nothing is fine; `free` takes the
MSISDN off a record that another one is put over next, and may as well remove it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to become of one IMSI.

    Attributes:
        imsi: 14 or 15 digits.
        record: What it is to hold; None where it is to be removed. Never shown.
    """

    imsi: str
    record: Record | None = field(repr=False)

    @property
    def wanted(self) -> Record:
        """What it is to hold, where it is added or put."""
        if self.record is None:
            raise ValueError("nothing is wanted of what is removed")
        return self.record


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """It was asked for a record and does not say whether there is one.

    Attributes:
        problem: Why, as far as it is known.
    """

    problem: str


Found = Record | NoAnswer | None
"""A record, none, or not known."""


def told(name: str, found: Sequence[Found]) -> list[Record | None]:
    """Return records where all that were asked for are known to be there, or not.

    Args:
        name: Inventory name of who was asked.
        found: What was found.

    Raises:
        TelcoError: It does not say so of each one.
    """
    for each in found:
        if isinstance(each, NoAnswer):
            raise TelcoError(name, each.problem)
    return [each for each in found if not isinstance(each, NoAnswer)]


class Style(Protocol):
    """How a back office is spoken to.

    Every method raises `SystemUnreachable` where it does not answer, and `TelcoError` where it
    answers what cannot be understood.

    Attributes:
        hidden: Fields that it takes and never tells again, as some do with keys: what it holds
            is compared without them, and only a proof shows that they are right.
    """

    hidden: frozenset[str]

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Do one thing with records, and return the problem of each; empty for none."""
        ...

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        """Return the records of IMSIs, in their order."""
        ...

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        """Return which MSISDNs have a record."""
        ...

    def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all records, some thousand at a time; none where it cannot list them."""
        ...

    async def aclose(self) -> None:
        """End the connection."""
        ...
