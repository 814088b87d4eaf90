"""The lab's files of lots: read from the inbox, answered in the outbox, kept in the archive.

This is written apart from the client's reading and writing, so that a mistake of one shows.
"""

import csv
import io
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEPT_S = 86_400


class BadLot(Exception):
    """A lot is cut, or is none: nothing of it is carried out."""


@dataclass(frozen=True)
class Row:
    """A row of a lot.

    Attributes:
        number: As it says.
        action: What is asked; empty where the row has not the cells that it is to have.
        fields: By the stand-in's names.
    """

    number: str
    action: str
    fields: Mapping[str, str]


class LotFiles:
    """The directories of one stand-in.

    Args:
        directory: What is served over SFTP.
        told: `inbox`, `outbox`, `separator`, `header`, `trailer`, `columns`, `suffixes`, `fields`.
    """

    def __init__(self, directory: Path, told: Mapping[str, Any]) -> None:
        self._told, self._suffixes = told, told["suffixes"]
        self._inbox, self._outbox = directory / told["inbox"], directory / told["outbox"]
        self._archive = directory / "archive"
        for each in (self._inbox, self._outbox, self._archive):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)

    def waiting(self) -> list[Path]:
        """Return the lots of the inbox, in the order in which they came."""
        lot, part = self._suffixes["lot"], self._suffixes["part"]
        names = [x for x in self._inbox.iterdir() if x.name.endswith(lot)]
        return sorted(
            (x for x in names if not x.name.endswith(part)), key=lambda x: x.stat().st_ctime_ns
        )

    def rows(self, lot: Path) -> list[Row]:
        """Return the rows of a lot.

        Raises:
            BadLot: It has no last line that says how many there are, or says another number.
        """
        try:
            text = lot.read_bytes().decode("ascii")
            cells = list(csv.reader(io.StringIO(text), delimiter=self._told["separator"]))
        except (UnicodeDecodeError, csv.Error) as error:
            raise BadLot(str(error)) from None
        head = cells.pop(0) if self._told["header"] and cells else self._head("action")
        end = cells.pop() if cells else []
        whole = text.endswith("\n") and end == [self._told["trailer"], str(len(cells))]
        named = head[:2] == self._head("action")[:2]
        if not whole or not named:
            raise BadLot("it is cut, or its columns are called otherwise")
        return [_row(each, head) for each in cells]

    def answer(self, lot: Path, rows: Iterable[tuple[str, str, Mapping[str, str]]]) -> None:
        """Archive a lot and let its result appear; where this is cut short it can be done again.

        Args:
            lot: The lot.
            rows: Of each row its number, a code, and a record's fields.
        """
        name = lot.name.removesuffix(self._suffixes["lot"]) + self._suffixes["result"]
        made = self._outbox / f".{name}.new"
        with made.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self._told["separator"], lineterminator="\n")
            writer.writerows(self._lines(rows))
            file.flush()
            os.fsync(file.fileno())
        lot.replace(self._archive / lot.name)
        made.replace(self._outbox / name)

    def tidy(self) -> None:
        """Remove what nobody will ask for any more."""
        before = time.time() - _KEPT_S
        for directory in (self._inbox, self._outbox, self._archive):
            lots = self.waiting() if directory == self._inbox else ()
            for file in directory.iterdir():
                if file not in lots and file.stat().st_mtime < before:
                    file.unlink(missing_ok=True)

    def _head(self, column: str) -> list[str]:
        columns = self._told["columns"]
        return [columns["row"], columns[column], *self._told["fields"]]

    def _lines(self, rows: Iterable[tuple[str, str, Mapping[str, str]]]) -> Iterator[list[str]]:
        if self._told["header"]:
            yield self._head("code")
        count = 0
        for number, code, fields in rows:
            count += 1
            yield [number, code, *(fields.get(name, "") for name in self._told["fields"])]
        yield [self._told["trailer"], str(count)]


def _row(cells: Sequence[str], head: Sequence[str]) -> Row:
    if len(cells) != len(head):
        return Row(cells[0] if cells else "", "", {})
    return Row(cells[0], cells[1], dict(zip(head[2:], cells[2:], strict=True)))
