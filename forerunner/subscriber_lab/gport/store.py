"""What the simulator holds: SQLite, with a writer whose work nobody sees before it is committed."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS singles (
    digits INTEGER, dn TEXT, imsi TEXT, sp TEXT, rn TEXT, pt TEXT, PRIMARY KEY (digits, dn)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS singles_imsi ON singles (imsi) WHERE imsi != '';
CREATE TABLE IF NOT EXISTS blocks (
    digits INTEGER, bdn TEXT, edn TEXT, sp TEXT, rn TEXT, pt TEXT, PRIMARY KEY (digits, bdn)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities (id TEXT, type TEXT, PRIMARY KEY (id, type)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS level (dblevel INTEGER);
"""
Row = dict[str, str]


def _row(cursor: sqlite3.Cursor, values: tuple[str, ...]) -> Row:
    return dict(zip((each[0] for each in cursor.description), values, strict=True))


class View:
    """The database as one connection sees it.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.row_factory = _row
        # A commit has to survive a kill and a loss of power alike.
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SCHEMA)

    def begin(self) -> None:
        """Open a write transaction."""
        self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> int:
        """End it and return the new level of the database."""
        level = self.level() + 1
        self._database.execute("DELETE FROM level")
        self._database.execute("INSERT INTO level VALUES (?)", (level,))
        self._database.execute("COMMIT")
        return level

    def abort(self) -> None:
        """Undo it."""
        self._database.execute("ROLLBACK")

    def close(self) -> None:
        """Leave the database; what is not committed is undone."""
        self._database.close()

    def level(self) -> int:
        """Return how many write transactions there were."""
        row = self._database.execute("SELECT dblevel FROM level").fetchone()
        return int(row["dblevel"]) if row else 0

    def single(self, dn: str) -> Row | None:
        """Return the entry of one number."""
        return self._one("SELECT * FROM singles WHERE digits = ? AND dn = ?", len(dn), dn)

    def overlapping(self, first: str, last: str) -> Row | None:
        """Return a block that has a number of a range."""
        # Blocks do not overlap each other: the last one that begins early enough tells.
        query = "SELECT * FROM blocks WHERE digits = ? AND bdn <= ? ORDER BY bdn DESC LIMIT 1"
        found = self._one(query, len(first), last)
        return found if found and found["edn"] >= first else None

    def singles(self, first: str, last: str, count: int) -> Iterator[Row]:
        """Yield the single numbers of a range, in order."""
        query = "SELECT * FROM singles WHERE digits = ? AND dn BETWEEN ? AND ? ORDER BY dn LIMIT ?"
        return self._many(query, len(first), first, last, count)

    def blocks(self, first: str, last: str, count: int) -> Iterator[Row]:
        """Yield the blocks that are within a range with all their numbers, in order."""
        query = (
            "SELECT * FROM blocks WHERE digits = ? AND bdn BETWEEN ? AND ? AND edn <= ? "
            "ORDER BY bdn LIMIT ?"
        )
        return self._many(query, len(first), first, last, last, count)

    def of_imsi(self, imsi: str) -> list[Row]:
        """Return the numbers of an IMSI."""
        return list(self._many("SELECT * FROM singles WHERE imsi = ? ORDER BY dn", imsi))

    def put_single(self, dn: str, fields: Mapping[str, str]) -> None:
        """Enter a number, or replace its entry."""
        row = (len(dn), dn, *(fields.get(each, "") for each in ("imsi", "sp", "rn", "pt")))
        self._database.execute("INSERT OR REPLACE INTO singles VALUES (?,?,?,?,?,?)", row)

    def put_block(self, first: str, last: str, fields: Mapping[str, str]) -> None:
        """Enter a block, or replace it."""
        row = (len(first), first, last, *(fields.get(each, "") for each in ("sp", "rn", "pt")))
        self._database.execute("INSERT OR REPLACE INTO blocks VALUES (?,?,?,?,?,?)", row)

    def drop_single(self, dn: str) -> None:
        """Delete the entry of a number."""
        self._database.execute("DELETE FROM singles WHERE digits = ? AND dn = ?", (len(dn), dn))

    def drop_block(self, first: str) -> None:
        """Delete a block."""
        query = "DELETE FROM blocks WHERE digits = ? AND bdn = ?"
        self._database.execute(query, (len(first), first))

    def has_entity(self, name: str, kind: str) -> bool:
        """Return whether there is a network entity."""
        return self._one("SELECT * FROM entities WHERE id = ? AND type = ?", name, kind) is not None

    def put_entity(self, name: str, kind: str) -> None:
        """Enter a network entity."""
        self._database.execute("INSERT OR IGNORE INTO entities VALUES (?,?)", (name, kind))

    def _one(self, query: str, *values: object) -> Row | None:
        found: Row | None = self._database.execute(query, values).fetchone()
        return found

    def _many(self, query: str, *values: object) -> Iterator[Row]:
        with closing(self._database.execute(query, values)) as cursor:
            yield from cursor
