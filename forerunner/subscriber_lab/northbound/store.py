"""What a stand-in holds: records by IMSI in SQLite, with a number on one record only."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TABLE = """CREATE TABLE IF NOT EXISTS records (
    imsi TEXT PRIMARY KEY, msisdn TEXT UNIQUE NOT NULL, record TEXT NOT NULL) WITHOUT ROWID"""
_SOME = 500


class Store:
    """The records.

    Args:
        path: Of the database.
        imsi: What the system calls the IMSI.
        msisdn: What it calls the MSISDN.
        shared: Whether several threads read it.
    """

    def __init__(self, path: Path, imsi: str, msisdn: str, shared: bool = False) -> None:
        self._names = {"imsi": imsi, "msisdn": msisdn}
        path.touch(mode=0o600)
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=not shared)
        self._base.execute("PRAGMA journal_mode = WAL")
        # Each answer stands on the disk before it is given.
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute(_TABLE)

    def apply(self, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Make changes in one transaction, and return what became of each."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            results = [self._one(each) for each in items]
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")
        return results

    def _one(self, item: Mapping[str, Any]) -> dict[str, Any]:
        act, imsi, record = item["act"], item["imsi"], item.get("record")
        if act == "remove":
            self._base.execute("DELETE FROM records WHERE imsi = ?", (imsi,))
            return {"ok": True}
        if not isinstance(record, dict) or record.get(self._names["imsi"]) != imsi:
            return {"ok": False, "code": "INVALID"}
        row = (imsi, record[self._names["msisdn"]], json.dumps(record))
        insert = "INSERT INTO records VALUES (?, ?, ?)"
        if act == "put":
            insert += " ON CONFLICT (imsi) DO UPDATE SET msisdn = excluded.msisdn,"
            insert += " record = excluded.record"
        try:
            self._base.execute(insert, row)
        except sqlite3.IntegrityError:
            return {"ok": False, "code": "DUPLICATE"}
        return {"ok": True}

    def find(self, name: str, values: Sequence[str]) -> list[dict[str, Any] | None]:
        """Return the records that have values of a field, `imsi` or `msisdn`, in their order."""
        ours = next(each for each, theirs in self._names.items() if theirs == name)
        found: dict[str, dict[str, Any]] = {}
        for first in range(0, len(values), _SOME):
            some = values[first : first + _SOME]
            marks = ", ".join("?" * len(some))
            query = f"SELECT {ours}, record FROM records WHERE {ours} IN ({marks})"  # noqa: S608
            found |= {key: json.loads(record) for key, record in self._base.execute(query, some)}
        return [found.get(each) for each in values]

    def page(self, after: str, limit: int) -> list[dict[str, Any]]:
        """Return records in the order of their IMSIs, after one of them."""
        query = "SELECT record FROM records WHERE imsi > ? ORDER BY imsi LIMIT ?"
        return [json.loads(row[0]) for row in self._base.execute(query, (after, limit))]
