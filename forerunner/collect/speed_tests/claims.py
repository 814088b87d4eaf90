"""Claims of links in the ledger: who may test on a link, until when, by which fencing number.

A plan's leases (`forerunner.gate`) are for devices that are written to, and pass through the
gate. A test writes nothing; what it must not share is a link, with any other test of any process.

The sequence that keeps a sleeper from testing on another's links: the links are taken, the
programs at both ends are started and wait, each for a limited time; then the claim is confirmed,
which fails if it ran out, and lasts from then on for longer than these programs live.
"""

import os
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from forerunner.database import Database, Execute
from forerunner.errors import ForerunnerError
from forerunner.model import new_id

# A row stays when its claim ends: the fencing number of a link only ever grows.
_TABLE = """CREATE TABLE IF NOT EXISTS speed_test_claims (
    link VARCHAR(255) PRIMARY KEY, fence BIGINT NOT NULL, claim VARCHAR(64) NOT NULL,
    test VARCHAR(255) NOT NULL, holder VARCHAR(255) NOT NULL, expires DOUBLE PRECISION NOT NULL)"""


@dataclass(frozen=True)
class Held:
    """A link that somebody tests on.

    Attributes:
        link: Its name.
        test: Name of the test.
        holder: Process and machine.
        expires: Seconds since the epoch.
    """

    link: str
    test: str
    holder: str
    expires: float

    def __str__(self) -> str:
        until = datetime.fromtimestamp(self.expires, UTC).strftime("%H:%M:%S UTC")
        return f"{self.link} is claimed for {self.test} by {self.holder} until {until}"


class Claimed(ForerunnerError):
    """Others test on links that a test needs; nothing was taken."""

    def __init__(self, held: Collection[Held]) -> None:
        super().__init__("; ".join(map(str, held)))
        self.held = tuple(held)


class ClaimLost(ForerunnerError):
    """A claim ran out before its test began: it must not begin now."""


@dataclass(frozen=True)
class Claim:
    """Links that are taken for one test.

    Attributes:
        id: Unique name.
        test: Name of the test.
        fences: Fencing number by link.
    """

    id: str
    test: str
    fences: dict[str, int]


class Claims:
    """The claims of links in the ledger's database; safe to share between processes.

    Args:
        database: By default the ledger's.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, database: Database | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._clock = database or Database(), clock

    def take(self, links: Collection[str], test: str, lasting_s: float) -> Claim:
        """Take all links, or none.

        Args:
            links: Their names.
            test: What for.
            lasting_s: Seconds until the claim runs out by itself.

        Raises:
            Claimed: Others hold some of them.
            LedgerError: Nothing was taken.
        """
        name, holder = new_id("claim"), f"process {os.getpid()} on {socket.gethostname()}"
        with self._opened() as execute:
            now = self._clock()
            taken = [each for each in _live(execute, now) if each.link in links]
            if not taken:
                values = {"claim": name, "test": test, "holder": holder, "expires": now + lasting_s}
                fences = {link: _take(execute, link=link, **values) for link in sorted(links)}
                return Claim(name, test, fences)
        raise Claimed(taken)

    def confirm(self, claim: Claim, lasting_s: float) -> None:
        """Make sure that a claim still holds, and let it last anew from now.

        Raises:
            ClaimLost: Another has taken a link since, or it ran out.
            LedgerError: It is not known; the test must not begin.
        """
        with self._opened() as execute:
            now = self._clock()
            held = execute(
                "SELECT link, fence FROM speed_test_claims WHERE claim = :claim AND expires > :now",
                claim=claim.id,
                now=now,
            )
            if {str(link): int(fence) for link, fence in held} == claim.fences:
                execute(
                    "UPDATE speed_test_claims SET expires = :expires WHERE claim = :claim",
                    claim=claim.id,
                    expires=now + lasting_s,
                )
                return
        raise ClaimLost(f"{claim.test}: its claim of links ran out before it began; run it again")

    def give_back(self, claim: Claim) -> None:
        """End a claim; a second time does nothing."""
        with self._opened() as execute:
            execute("UPDATE speed_test_claims SET expires = 0 WHERE claim = :claim", claim=claim.id)

    def live(self) -> list[Held]:
        """Return the links that are claimed now."""
        with self._opened() as execute:
            return _live(execute, self._clock())

    @contextmanager
    def _opened(self) -> Iterator[Execute]:
        with self._database.transaction() as execute:
            execute(_TABLE)
            yield execute


def _live(execute: Execute, now: float) -> list[Held]:
    rows = execute(
        "SELECT link, test, holder, expires FROM speed_test_claims"
        " WHERE expires > :now ORDER BY link",
        now=now,
    )
    return [Held(str(link), str(test), str(holder), float(end)) for link, test, holder, end in rows]


def _take(execute: Execute, **values: Any) -> int:
    execute(
        "INSERT INTO speed_test_claims (link, fence, claim, test, holder, expires)"
        " VALUES (:link, 1, :claim, :test, :holder, :expires) ON CONFLICT (link) DO UPDATE SET"
        " fence = speed_test_claims.fence + 1, claim = excluded.claim, test = excluded.test,"
        " holder = excluded.holder, expires = excluded.expires",
        **values,
    )
    found = execute("SELECT fence FROM speed_test_claims WHERE link = :x", x=values["link"])
    return int(found[0][0])
