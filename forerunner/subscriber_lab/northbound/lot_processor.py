"""Working off lots, in front of the store that the REST interface stands before, too."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from forerunner.subscriber_lab.northbound.lot_files import BadLot, LotFiles, Row
from forerunner.subscriber_lab.northbound.store import Store

_LOOK_S = 0.2
_PAGE = 5000
_INVALID = "INVALID"
_ACTS = ("add", "put", "remove")
_log = logging.getLogger(__name__)
Answer = tuple[str, str, Mapping[str, str]]


class LotProcessor:
    """One at a time, in the order in which they came.

    A lot that is worked off twice, since this died in between, has the same result: what is added
    and stands there already as it is to be is no duplicate.

    Args:
        files: Where they are.
        store: What is held.
        told: `actions`, `codes`, `imsi`, `msisdn`.
    """

    def __init__(self, files: LotFiles, store: Store, told: Mapping[str, Any]) -> None:
        self._files, self._store = files, store
        self._actions = {word: name for name, word in told["actions"].items()}
        self._done, self._absent = told["codes"]["done"], told["codes"]["absent"]
        self._imsi, self._msisdn = told["imsi"], told["msisdn"]
        self.came = asyncio.Event()

    async def run(self) -> None:
        """Work off what comes, until cancelled."""
        while True:
            for lot in self._files.waiting():
                try:
                    self.work_off(lot)
                except (OSError, sqlite3.Error):
                    _log.exception("%s waits until this is mended", lot.name)
                await asyncio.sleep(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.came.wait(), _LOOK_S)
            self.came.clear()

    def work_off(self, lot: Path) -> None:
        """Carry out a lot, archive it, and let its result appear; of a cut one nothing is done."""
        try:
            rows = self._files.rows(lot)
        except BadLot:
            self._files.answer(lot, ())
            return
        if any(self._actions.get(row.action) == "export" for row in rows):
            self._files.answer(lot, self._export())
            return
        self._files.answer(lot, self._results(rows))

    def _export(self) -> Iterator[Answer]:
        after, number = "", 0
        while page := self._store.page(after, _PAGE):
            for record in page:
                number += 1
                yield str(number), self._done, record
            after = page[-1][self._imsi]

    def _results(self, rows: Sequence[Row]) -> list[Answer]:
        changes = [row for row in rows if self._actions.get(row.action) in _ACTS]
        codes = {row.number: code for row, code in zip(changes, self._apply(changes), strict=True)}
        found = self._read([row for row in rows if self._actions.get(row.action) == "read"])
        return [
            found.get(row.number, (row.number, codes.get(row.number, _INVALID), {})) for row in rows
        ]

    def _apply(self, rows: Sequence[Row]) -> list[str]:
        results = self._store.apply([self._item(row) for row in rows])
        held = self._store.find(self._imsi, [row.fields.get(self._imsi, "") for row in rows])
        pairs = zip(rows, results, held, strict=True)
        return [self._code(row, result, record) for row, result, record in pairs]

    def _code(self, row: Row, result: Mapping[str, Any], held: Mapping[str, Any] | None) -> str:
        if result["ok"] or (result["code"] == "DUPLICATE" and held == row.fields):
            return str(self._done)
        return str(result["code"])

    def _item(self, row: Row) -> dict[str, Any]:
        item = {"act": self._actions[row.action], "imsi": row.fields.get(self._imsi, "")}
        return item if item["act"] == "remove" else {**item, "record": dict(row.fields)}

    def _read(self, rows: Sequence[Row]) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        for name in (self._imsi, self._msisdn):
            some = [row for row in rows if row.fields.get(name)]
            held = self._store.find(name, [row.fields[name] for row in some])
            for row, record in zip(some, held, strict=True):
                code = self._absent if record is None else self._done
                found[row.number] = (row.number, code, record or {})
        return found
