"""The database behind the ledger, and transactions on it that exclude one another.

What several processes must agree on is read and written in one transaction that no other
overlaps: `BEGIN IMMEDIATE` on SQLite, an advisory lock on PostgreSQL. The SQL is what both know.
SQLite is reached without SQLAlchemy, whose loading takes longer than all that is done with it.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from forerunner import home
from forerunner.errors import ForerunnerError

Execute = Callable[..., list[tuple[Any, ...]]]
"""Runs one statement with its named values and returns its rows.

With `each`, mappings of named values, it is run for each of them and returns nothing.
"""

Each = Sequence[Mapping[str, Any]]

_FILE = "sqlite:///"
_PATIENCE_S = 15.0
# Any number that no other program on the same PostgreSQL locks by.
_ADVISORY_LOCK = 7_046_001


class LedgerError(ForerunnerError):
    """The ledger cannot be opened, read or written."""


class Transactional(Protocol):
    """What can be read and written in one transaction: a `Database` or a `Ledger`."""

    def transaction(self) -> AbstractContextManager[Execute]:
        """Return a transaction; it commits at its end and is taken back by an exception."""
        ...


def address(url: str | None = None) -> str:
    """Return the URL of the ledger: the argument, `FORERUNNER_LEDGER`, or SQLite under `var/`."""
    return url or os.environ.get("FORERUNNER_LEDGER") or _default_url()


class Database:
    """A database by its SQLAlchemy URL; reached anew by each transaction.

    Args:
        url: A SQLite file or PostgreSQL; by default what `address` says.
    """

    def __init__(self, url: str | None = None) -> None:
        self._url = address(url)

    @contextmanager
    def transaction(self) -> Iterator[Execute]:
        """Run statements that no other transaction of this class overlaps.

        Raises:
            LedgerError: It cannot be reached, or a statement fails; nothing was changed then.
        """
        opened = _in_file(self._url) if self._url.startswith(_FILE) else _on_server(self._url)
        with opened as execute:
            yield execute


def _default_url() -> str:
    directory = home.var()
    directory.mkdir(parents=True, exist_ok=True)
    return f"{_FILE}{directory / 'ledger.sqlite'}"


@contextmanager
def _in_file(url: str) -> Iterator[Execute]:
    path = url.removeprefix(_FILE).partition("?")[0]
    if path in ("", ":memory:"):
        raise LedgerError(f"ledger {url}: processes share nothing there; name a file")
    try:
        connection = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("BEGIN IMMEDIATE")
            # An exception leaves it uncommitted, and closing takes that back.
            yield partial(_run_in_file, connection)
            connection.execute("COMMIT")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise LedgerError(f"ledger {Path(path)} cannot be used: {error}") from error


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Change a new database to a write-ahead log; one that has it already stays as it is.

    While several do it at once SQLite refuses, at once and whatever its patience, all but one.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _run_in_file(
    connection: sqlite3.Connection, sql: str, each: Each | None = None, **values: Any
) -> list[tuple[Any, ...]]:
    if each is None:
        return connection.execute(sql, values).fetchall()
    connection.executemany(sql, each)
    return []


@contextmanager
def _on_server(url: str) -> Iterator[Execute]:
    from sqlalchemy import NullPool, create_engine, text  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        engine = create_engine(url, poolclass=NullPool)
    except (SQLAlchemyError, ImportError) as error:
        # The URL may hold a password: it is not repeated.
        raise LedgerError(f"FORERUNNER_LEDGER: no such database ({type(error).__name__})") from None
    if engine.dialect.name != "postgresql":
        raise LedgerError(f"ledger: {engine.dialect.name} is neither a SQLite file nor PostgreSQL")
    try:
        with engine.begin() as connection:

            def execute(sql: str, each: Each | None = None, **values: Any) -> list[tuple[Any, ...]]:
                if each is not None and not each:
                    return []
                result = connection.execute(text(sql), values if each is None else each)
                return [tuple(row) for row in result] if result.returns_rows else []

            execute("SELECT pg_advisory_xact_lock(:number)", number=_ADVISORY_LOCK)
            yield execute
    except SQLAlchemyError as error:
        place = engine.url.render_as_string(hide_password=True)
        raise LedgerError(f"ledger {place}: {cause(error)}") from error


def cause(error: Exception) -> str:
    """Return the driver's own words, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
