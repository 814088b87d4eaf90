"""CSV lots: a SIM a row, each on a line of its own, separated by commas or semicolons.

A file from a spreadsheet, or from somebody who means harm: whatever is in it, all that does not fit
is told by row and field, and no more than a line of it is held besides the numbers themselves.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.sims.form import PROPERTIES, SIM_PROPERTIES
from forerunner.sims.lines import lines
from forerunner.sims.listed import Lister, Sims
from forerunner.sims.rejects import Faults, Reject

_FILE_BYTES = 300_000_000
SIM_FIELDS = tuple(SIM_PROPERTIES)
_OF_ALL = tuple(
    name
    for name, schema in PROPERTIES.items()
    if name not in SIM_FIELDS and schema.get("type") != "array"
)
_QUOTE = '"'


@dataclass(frozen=True)
class Lot:
    """What a CSV file holds.

    Attributes:
        common: What stands in every row alike and is the request's, as `operation`.
        sims: The SIMs.
    """

    common: Mapping[str, object]
    sims: Sims


def read_lot(path: Path, field: str, faults: Faults) -> Lot:
    """Read a CSV file in UTF-8 without a byte order mark.

    Args:
        path: The file.
        field: Of the request that names it, for the message.
        faults: Where it is noted which rows do not fit.

    Raises:
        InvalidData: It cannot be read, or is too large.
        Rejected: Its header does not fit, so that nothing can be said of its rows.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InvalidData(str(path), field, f"cannot be read: {error.strerror}") from None
    if size > _FILE_BYTES:
        problem = f"is larger than {_FILE_BYTES // 1_000_000} MB; cut it into several orders"
        raise InvalidData(str(path), field, problem)
    return _Reader(path, faults).read(field)


class _Reader:
    """Reads one file from its first line to its last."""

    def __init__(self, path: Path, faults: Faults) -> None:
        self._path, self._faults = path, faults
        self._file = "" if str(path) == faults.source else str(path)
        self._lister = Lister(faults, self._file)
        self._header: Sequence[str] = ()
        self._delimiter = ","
        self._common: dict[str, object] = {}

    def read(self, field: str) -> Lot:
        rows = 0
        for number, text, problem in lines(self._path, field):
            if not self._header:
                self._take_header(number, text, problem)
            elif text.strip() or problem:
                rows += 1
                self._take_row(number, text, problem)
        if not rows:
            self._reject(1, "header", "there is no row below it" if self._header else "is missing")
        return Lot(self._common, self._lister.end())

    def _reject(self, row: int, field: str, reason: str) -> None:
        self._faults.add(Reject(row, field, reason, self._file))

    def _take_header(self, number: int, text: str, problem: str) -> None:
        self._delimiter = ";" if text.count(";") > text.count(",") else ","
        before = len(self._faults.found)
        if problem:
            self._reject(number, "header", problem)
        names = [] if problem else self._values(number, text)
        self._header = [name.strip(" ").lower() for name in names or ()]
        self._check_header(number)
        if len(self._faults.found) > before:
            self._faults.end()

    def _check_header(self, number: int) -> None:
        known = ", ".join((*SIM_FIELDS, *_OF_ALL))
        strange = [name for name in self._header if name not in SIM_FIELDS and name not in _OF_ALL]
        for place, name in enumerate(self._header, 1):
            if name in strange:
                reason = f"column {place} is {_shown(name)}, which is none; there are {known}"
                self._reject(number, "header", reason)
            elif name in self._header[: place - 1]:
                self._reject(number, name, f"column {place} is that again; name it once")
        if len(self._header) == 1 and strange:
            self._reject(number, "header", "columns are separated by commas or semicolons")
        elif self._header and not {*self._header} & {*SIM_FIELDS}:
            self._reject(number, "header", f"names no number of a SIM: {', '.join(SIM_FIELDS)}")

    def _take_row(self, number: int, text: str, problem: str) -> None:
        if problem:
            self._reject(number, self._field_at(text.partition("\0")[0]), problem)
            return
        values = self._values(number, text)
        if values is None:
            return
        if len(values) != len(self._header):
            reason = f"there are {len(values)} values, and the header has {len(self._header)}"
            self._reject(number, self._field_at(text), reason)
            return
        sim: dict[str, str] = {}
        for name, value in zip(self._header, values, strict=True):
            if name in SIM_FIELDS:
                sim[name] = value.strip(" ")
            else:
                self._take_common(number, name, value.strip(" "))
        self._lister.add(number, sim)

    def _values(self, number: int, text: str) -> list[str] | None:
        """Return the values of a line; None where it is no line of a CSV file."""
        if _QUOTE not in text:
            return text.split(self._delimiter)
        if text.count(_QUOTE) % 2:
            reason = "a quoted value is not closed on its line; a value holds no line break"
            self._reject(number, self._field_at(text.rpartition(_QUOTE)[0]), reason)
            return None
        try:
            return next(csv.reader([text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            reason = "its quotes or line breaks are not those of a CSV file"
            self._reject(number, self._field_at(text.partition(_QUOTE)[0]), reason)
            return None

    def _field_at(self, before: str) -> str:
        """Return the column in which a part of a line ends."""
        place = before.count(self._delimiter)
        return self._header[place] if place < len(self._header) else f"column {place + 1}"

    def _take_common(self, number: int, name: str, text: str) -> None:
        value = _typed(name, text)
        if text and self._common.setdefault(name, value) != value:
            self._reject(number, name, "is another one than in the rows above; give it once")


def _shown(name: str) -> str:
    return ascii(name if len(name) <= 40 else f"{name[:40]}…")


def _typed(name: str, text: str) -> object:
    kind = PROPERTIES[name].get("type")
    if kind == "integer" and text.isascii() and text.isdigit():
        return int(text[:18])
    return {"true": True, "false": False}.get(text.lower(), text) if kind == "boolean" else text
