"""The database behind the ledger: where it is, how it is opened, what it says when it fails."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from forerunner.database import LedgerError, address, cause, use_write_ahead_log
from forerunner.ledger.tables import metadata


def opened(url: str | None) -> Engine:
    """Return the engine of the ledger, its tables made when they are missing.

    Args:
        url: SQLAlchemy URL; by default `FORERUNNER_LEDGER`, else SQLite under `var/`.

    Raises:
        LedgerError: It cannot be reached.
    """
    engine = _engine(address(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    try:
        _create_tables(engine)
    except SQLAlchemyError as error:
        raise LedgerError(f"ledger {place(engine)} cannot be opened: {cause(error)}") from error
    return engine


def place(engine: Engine) -> str:
    """Return the URL as people may see it, without a password."""
    return engine.url.render_as_string(hide_password=True)


def _engine(url: str) -> Engine:
    try:
        return create_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        # The URL may hold a password: it is not repeated.
        name = type(error).__name__
        raise LedgerError(f"FORERUNNER_LEDGER is no URL of a database known here: {name}") from None


def _create_tables(engine: Engine) -> None:
    # IF NOT EXISTS, not a look beforehand: the service and Airflow may be the first together.
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(CreateIndex(index, if_not_exists=True))


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # WAL lets the trigger read while the service writes; the timeout outlives a slow commit
    # and comes first, since the change to WAL itself may have to wait.
    connection.execute("PRAGMA busy_timeout=15000")
    use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
