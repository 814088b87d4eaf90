"""Making a lot: every cell is looked at before the first is written."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from forerunner.errors import ForerunnerError
from forerunner.telco.northbound.lots.cells import cell_problem
from forerunner.telco.northbound.lots.layout import Layout


class UnfitCell(ForerunnerError):
    """A value cannot stand in a lot; names its field, never the value."""


@dataclass(frozen=True)
class Lot:
    """A file to give.

    Attributes:
        name: Without the end; made from the content, so that the same lot has the same name.
        content: What is in it.
        rows: How many rows it has.
    """

    name: str
    content: bytes = field(repr=False)
    rows: int


def row_problem(layout: Layout, row: Mapping[str, str]) -> str:
    """Return why a row cannot stand in a lot, without any value; empty when it can."""
    for name in layout.fields:
        if problem := cell_problem(row.get(name, ""), layout.separator):
            return f"its {name} {problem}"
    return ""


def lot_of(layout: Layout, action: str, rows: Sequence[Mapping[str, str]], once: str = "") -> Lot:
    """Return a lot.

    Args:
        layout: What it looks like.
        action: What is asked: a key of `layout.actions`.
        rows: By our names of the fields; those that are missing stay empty.
        once: What tells this lot from others of the same content: for one that only reads, whose
            result several may wait for at once. Letters and digits.

    Raises:
        UnfitCell: A value cannot stand in it.
    """
    for number, row in enumerate(rows, 1):
        if problem := row_problem(layout, row):
            raise UnfitCell(f"row {number}: {problem}")
    content = _text(layout, layout.actions[action], rows).encode("ascii")
    digest = hashlib.sha256(content).hexdigest()
    return Lot("-".join(filter(None, (layout.prefix, digest, once))), content, len(rows))


def _text(layout: Layout, action: str, rows: Sequence[Mapping[str, str]]) -> str:
    text = io.StringIO()
    # With no quotes at all, a value that would need them is an error and not a second cell.
    writer = csv.writer(
        text, delimiter=layout.separator, lineterminator="\n", quoting=csv.QUOTE_NONE
    )
    if layout.header:
        writer.writerow(layout.head("action"))
    for number, row in enumerate(rows, 1):
        writer.writerow([number, action, *(row.get(name, "") for name in layout.fields)])
    writer.writerow([layout.trailer, len(rows)])
    return text.getvalue()
