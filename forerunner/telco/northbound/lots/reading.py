"""Reading a result: one that is cut is told from a whole one, and nothing in it is trusted."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from forerunner.errors import ForerunnerError
from forerunner.telco.northbound.lots.layout import Layout

_TAIL = 512
_ROW = re.compile(r"[1-9][0-9]{0,8}")
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_LONGEST = 256


class BadResult(ForerunnerError):
    """A result cannot be understood; says the line and what is wrong, never what stands there."""


@dataclass(frozen=True, slots=True)
class Result:
    """A row of a result.

    Attributes:
        row: Number of the row that it answers; in an export, its own.
        code: What became of that.
        fields: What it says of a record, by their names of the fields.
    """

    row: int
    code: str
    fields: Mapping[str, str] = field(repr=False)


def is_whole(file: BinaryIO, layout: Layout) -> bool:
    """Return whether a file ends with its trailer: one that is cut, or half written, does not."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    lines = file.read().split(b"\n")
    file.seek(0)
    if len(lines) < 2 or lines[-1]:
        return False
    word, _, count = lines[-2].rstrip(b"\r").decode("latin-1").partition(layout.separator)
    return word == layout.trailer and bool(_COUNT.fullmatch(count))


def results(file: BinaryIO, layout: Layout) -> Iterator[Result]:
    """Yield the rows of a whole result.

    Raises:
        BadResult: A line of it is none, or there are not as many rows as it says; what was yielded
            before is not to be believed.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, "utf-8", newline="")
    reader = csv.reader(text, delimiter=layout.separator, strict=True)
    try:
        yield from _rows(reader, layout)
    except (csv.Error, UnicodeDecodeError):
        raise BadResult(f"line {reader.line_num + 1}: it is no CSV in UTF-8") from None
    finally:
        text.detach()


def by_row(file: BinaryIO, layout: Layout, rows: int) -> dict[int, Result]:
    """Return what a result says of each row of a lot.

    Args:
        file: The result.
        layout: What it looks like.
        rows: How many the lot has; a row that the result does not name is not in the answer.

    Raises:
        BadResult: It cannot be understood, names a row twice, or one that was not given.
    """
    found: dict[int, Result] = {}
    for result in results(file, layout):
        if result.row > rows or result.row in found:
            raise BadResult("it names a row twice, or one that was not given")
        found[result.row] = result
    return found


def in_order(file: BinaryIO, layout: Layout) -> Iterator[Result]:
    """Yield the rows of an export, which are numbered from 1.

    Raises:
        BadResult: It cannot be understood, or the numbers leave one out.
    """
    for number, result in enumerate(results(file, layout), 1):
        if result.row != number:
            raise BadResult(f"row {number} of an export has another number")
        yield result


def _rows(reader: Iterator[list[str]], layout: Layout) -> Iterator[Result]:
    head = layout.head("code")
    if layout.header and next(reader, []) != head:
        raise BadResult("line 1: the names of the columns are others than they are to be")
    for number, cells in enumerate(reader, 1):
        if cells[:1] == [layout.trailer]:
            _end(reader, cells, number - 1)
            return
        yield _result(cells, head, number)
    raise BadResult("it has no last line, so it is cut")


def _end(reader: Iterator[list[str]], cells: Sequence[str], count: int) -> None:
    if list(cells[1:]) != [str(count)]:
        raise BadResult("its last line says another number of rows than it has")
    if next(reader, None) is not None:
        raise BadResult("there is something below its last line")


def _result(cells: Sequence[str], head: Sequence[str], count: int) -> Result:
    if len(cells) != len(head):
        raise BadResult(f"row {count} has {len(cells)} cells of {len(head)}")
    if not (_ROW.fullmatch(cells[0]) and _CODE.fullmatch(cells[1])):
        raise BadResult(f"row {count} has no number, or no code")
    if not all(len(cell) <= _LONGEST and cell.isprintable() for cell in cells):
        raise BadResult(f"row {count} holds what no field of a record is")
    return Result(int(cells[0]), cells[1], dict(zip(head[2:], cells[2:], strict=True)))
