"""The orders' part of the ledger: its tables, and transactions that outlast a lost database."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from forerunner.database import Execute, LedgerError, Transactional

_Result = TypeVar("_Result")

# A database that is started anew comes back within a minute.
PATIENCE_S = 120.0

_TABLES = (
    """CREATE TABLE IF NOT EXISTS sim_orders (
        id VARCHAR(64) PRIMARY KEY, hash VARCHAR(64) NOT NULL, operation VARCHAR(32) NOT NULL,
        state VARCHAR(16) NOT NULL, systems TEXT NOT NULL, request TEXT NOT NULL,
        total BIGINT NOT NULL, chunks BIGINT NOT NULL, failing BIGINT NOT NULL,
        reason TEXT NOT NULL, created DOUBLE PRECISION NOT NULL,
        updated DOUBLE PRECISION NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS sim_chunks (
        order_id VARCHAR(64) NOT NULL, number BIGINT NOT NULL, first BIGINT NOT NULL,
        total BIGINT NOT NULL, changes TEXT NOT NULL, PRIMARY KEY (order_id, number))""",
    """CREATE TABLE IF NOT EXISTS sim_work (
        order_id VARCHAR(64) NOT NULL, chunk BIGINT NOT NULL, system VARCHAR(255) NOT NULL,
        state VARCHAR(16) NOT NULL, updated DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (order_id, system, chunk))""",
    """CREATE TABLE IF NOT EXISTS sim_problems (
        order_id VARCHAR(64) NOT NULL, chunk BIGINT NOT NULL, system VARCHAR(255) NOT NULL,
        position BIGINT NOT NULL, imsi VARCHAR(15) NOT NULL, problem TEXT NOT NULL,
        PRIMARY KEY (order_id, system, position))""",
    """CREATE TABLE IF NOT EXISTS sim_halts (
        order_id VARCHAR(64) NOT NULL, shard VARCHAR(32) NOT NULL, system VARCHAR(255) NOT NULL,
        status VARCHAR(16) NOT NULL, why TEXT NOT NULL, PRIMARY KEY (order_id, shard, system))""",
    """CREATE TABLE IF NOT EXISTS sim_numbers (
        kind VARCHAR(8) NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL,
        state VARCHAR(16) NOT NULL, order_id VARCHAR(64) NOT NULL,
        until DOUBLE PRECISION NOT NULL, PRIMARY KEY (kind, first))""",
    """CREATE TABLE IF NOT EXISTS sim_cards (
        imsi VARCHAR(15) PRIMARY KEY, iccid VARCHAR(20) NOT NULL UNIQUE,
        msisdn VARCHAR(15) NOT NULL UNIQUE, profile VARCHAR(64) NOT NULL,
        status VARCHAR(16) NOT NULL, routing_number VARCHAR(16) NOT NULL, keys TEXT NOT NULL,
        order_id VARCHAR(64) NOT NULL)""",
)


def patiently(act: Callable[[], _Result], patience_s: float = PATIENCE_S) -> _Result:
    """Do something with the ledger, again while it cannot be used: it must be idempotent.

    Args:
        act: What is done.
        patience_s: Seconds for which it is tried.

    Raises:
        LedgerError: It could not be used for as long as that.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(LedgerError),
        wait=wait_random_exponential(0.1, max=2),
        stop=stop_after_delay(patience_s),
        reraise=True,
    )
    return retrying(act)


class Book:
    """The ledger's tables of orders.

    Args:
        ledger: The ledger.
        patience_s: Seconds for which a ledger that cannot be used is tried again.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        ledger: Transactional,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger, self._patience_s, self.clock = ledger, patience_s, clock
        self._made = False

    def transact(self, act: Callable[[Execute], _Result]) -> _Result:
        """Do something in one transaction, again where the ledger broke off: it must be idempotent.

        Raises:
            LedgerError: The ledger could not be used for as long as we are patient.
        """

        def once() -> _Result:
            with self._opened() as execute:
                return act(execute)

        return patiently(once, self._patience_s)

    def execute(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run one statement in a transaction of its own, and return its rows."""
        return self.transact(lambda execute: execute(sql, **values))

    @contextmanager
    def _opened(self) -> Iterator[Execute]:
        with self._ledger.transaction() as execute:
            if not self._made:
                for table in _TABLES:
                    execute(table)
            yield execute
        self._made = True


def insert(
    execute: Execute, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Add rows to a table."""
    # Table and columns are this package's own words.
    places = ", ".join(f":{name}" for name in columns)
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608
    execute(sql, each=[dict(zip(columns, row, strict=True)) for row in rows])
