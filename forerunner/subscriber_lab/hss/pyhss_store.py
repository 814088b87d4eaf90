"""What the lab's PyHSS flavour holds: APN, AuC and subscriber objects, with PyHSS's constraints.

Source: PyHSS 1.0.2, lib/database.py. An MSISDN may be on several subscribers there, and lists have
no order: an object that was changed moves to the end, as PostgreSQL has it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS apn (
    apn_id INTEGER PRIMARY KEY, apn TEXT NOT NULL, ip_version INTEGER DEFAULT 0,
    apn_ambr_dl INTEGER NOT NULL, apn_ambr_ul INTEGER NOT NULL,
    last_modified TEXT, place INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS auc (
    auc_id INTEGER PRIMARY KEY, ki TEXT NOT NULL, opc TEXT NOT NULL, amf TEXT NOT NULL,
    sqn INTEGER, iccid TEXT UNIQUE, imsi TEXT UNIQUE, batch_name TEXT, sim_vendor TEXT,
    esim BOOLEAN DEFAULT 0, last_modified TEXT, place INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS subscriber (
    subscriber_id INTEGER PRIMARY KEY, imsi TEXT UNIQUE, enabled BOOLEAN DEFAULT 1,
    auc_id INTEGER NOT NULL REFERENCES auc, default_apn INTEGER NOT NULL REFERENCES apn (apn_id),
    apn_list TEXT NOT NULL, msisdn TEXT, ue_ambr_dl INTEGER DEFAULT 999999,
    ue_ambr_ul INTEGER DEFAULT 999999, nam INTEGER DEFAULT 0, roaming_enabled BOOLEAN DEFAULT 1,
    last_modified TEXT, place INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS subscriber_msisdn ON subscriber (msisdn);
CREATE INDEX IF NOT EXISTS subscriber_auc ON subscriber (auc_id);
"""
_BOOLEANS = ("enabled", "esim", "roaming_enabled")
_SERVED = """SELECT subscriber.imsi, msisdn, ki AS k, opc, apn, ue_ambr_ul AS ambr_ul,
    ue_ambr_dl AS ambr_dl, enabled FROM subscriber JOIN auc USING (auc_id)
    JOIN apn ON apn_id = default_apn WHERE subscriber.imsi = ?"""

Object = dict[str, Any]


class PyHssStore:
    """The objects.

    Args:
        path: Of the database.
    """

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._base.row_factory = sqlite3.Row
        for each in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._base.execute(f"PRAGMA {each}")
        self._base.executescript(_TABLES)
        self._columns = {
            kind: {row["name"] for row in self._base.execute(f"PRAGMA table_info({kind})")}
            - {"place"}
            for kind in ("apn", "auc", "subscriber")
        }

    def create(self, kind: str, data: Mapping[str, Any]) -> Object:
        """Make an object.

        Raises:
            TypeError: It has a field that there is none of.
            sqlite3.IntegrityError: A constraint refuses it.
        """
        if unknown := set(data) - self._columns[kind]:
            raise TypeError(f"{min(unknown)!r} is an invalid keyword argument for {kind.upper()}")
        names = [*data, "place"]
        marks = ", ".join("?" * len(data))
        place = f"(SELECT coalesce(max(place), 0) + 1 FROM {kind})"  # noqa: S608 - our own names
        values = f"VALUES ({marks}{', ' if data else ''}{place})"
        query = f"INSERT INTO {kind} ({', '.join(names)}) {values}"
        number = self._base.execute(query, list(data.values())).lastrowid
        return self.one(kind, f"{kind}_id", number)

    def one(self, kind: str, name: str, value: Any) -> Object:
        """Return the one object that has a value.

        Raises:
            LookupError: There is none, or there are several.
        """
        query = f"SELECT * FROM {kind} WHERE {name} = ? LIMIT 2"  # noqa: S608
        found = self._base.execute(query, (value,)).fetchall()
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows were found when exactly one was required")
        return _object(found[0])

    def update(self, kind: str, number: int, data: Mapping[str, Any]) -> Object:
        """Change an object; fields that there are none of are passed over.

        Raises:
            LookupError: There is none.
            sqlite3.IntegrityError: A constraint refuses it.
        """
        self.one(kind, f"{kind}_id", number)
        known = {name: value for name, value in data.items() if name in self._columns[kind]}
        moved = f"place = (SELECT max(place) + 1 FROM {kind})"  # noqa: S608
        sets = ", ".join([*(f"{name} = ?" for name in known), moved])
        query = f"UPDATE {kind} SET {sets} WHERE {kind}_id = ?"  # noqa: S608
        self._base.execute(query, [*known.values(), number])
        return self.one(kind, f"{kind}_id", number)

    def delete(self, kind: str, number: int) -> None:
        """Delete an object.

        Raises:
            LookupError: There is none.
            sqlite3.IntegrityError: Another one points to it.
        """
        self.one(kind, f"{kind}_id", number)
        self._base.execute(f"DELETE FROM {kind} WHERE {kind}_id = ?", (number,))  # noqa: S608

    def page(self, kind: str, page: int, size: int) -> list[Object]:
        """Return some objects, as they happen to lie."""
        query = f"SELECT * FROM {kind} ORDER BY place LIMIT ? OFFSET ?"  # noqa: S608
        return [_object(row) for row in self._base.execute(query, (size, page * size))]

    def find(self, name: str, values: Sequence[str]) -> list[Object | None]:
        """Return what the network is told of IMSIs, as `Store` has it; `name` is always `imsi`."""
        found: list[Object | None] = []
        for value in values:
            row = self._base.execute(_SERVED, (value,)).fetchone() if name == "imsi" else None
            status = "active" if row and row["enabled"] else "refused"
            found.append({**dict(row), "status": status} if row else None)
        return found


def _object(row: sqlite3.Row) -> Object:
    known = {name: row[name] for name in row.keys() if name != "place"}  # noqa: SIM118 - a Row
    return {name: bool(value) if name in _BOOLEANS else value for name, value in known.items()}
