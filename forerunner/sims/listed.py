"""Single SIMs that a request lists, a column for each field."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from forerunner.sims.numbers import KINDS, NumberKind, problem_of
from forerunner.sims.packed import Packed, repeated
from forerunner.sims.rejects import Faults, Reject


@dataclass(frozen=True)
class Sims:
    """SIMs in the order in which they are listed; nothing of it may be changed.

    Attributes:
        columns: By field, as `new_imsi`, the number of each SIM; a field that none has is left out.
        rows: Line of the file, or place in the list, of each SIM.
        file: Where they stand, when it is not the request itself.
    """

    columns: Mapping[str, Packed]
    rows: Sequence[int]
    file: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def whole(self) -> bool:
        """Return whether each SIM has a number in each column: else something of it was noted."""
        return all(len(column) == len(self) for column in self.columns.values())

    def get(self, field: str) -> Packed | None:
        """Return the numbers that stand in a field; None where no SIM has it."""
        return self.columns.get(field)

    def taken(self, places: Sequence[int]) -> "Sims":
        """Return the SIMs at some places, in their order."""
        columns = {field: column.taken(places) for field, column in self.columns.items()}
        return Sims(columns, array("Q", (self.rows[place] for place in places)), self.file)

    def reject(self, place: int, field: str, reason: str) -> Reject:
        """Return what is wrong with the SIM at a place."""
        return Reject(self.rows[place] if place < len(self) else 0, field, reason, self.file)


NONE = Sims({}, ())
"""What a request that lists no SIM lists."""


class Lister:
    """Takes SIMs one by one, and tells what does not fit.

    Args:
        faults: Where that is noted.
        file: Where they stand, when it is not the request itself.
    """

    def __init__(self, faults: Faults, file: str = "") -> None:
        self._faults, self._file = faults, file
        self._columns: dict[str, Packed] = {}
        self._rows = array("Q")
        self._good = True

    def add(self, row: int, fields: Mapping[str, str]) -> None:
        """Take a SIM.

        Args:
            row: Line of the file, or place in the list.
            fields: The number in each field.
        """
        if not self._rows:
            self._columns = {field: Packed(kind_of(field)) for field in fields}
        self._rows.append(row)
        for field in (*self._columns, *(x for x in fields if x not in self._columns)):
            if problem := self._problem(field, fields.get(field, "")):
                self._reject(row, field, problem)
            else:
                self._columns[field].add(fields[field])

    def end(self) -> Sims:
        """Return the SIMs, whose columns are as long as there are SIMs where all of them fit."""
        found = Sims(self._columns, self._rows, self._file)
        for kind in KINDS if self._good else ():
            fields = [field for field in self._columns if kind_of(field) == kind]
            for field, place, _, first in repeated(*(self._columns[x] for x in fields)):
                reason = f"stands in row {self._rows[first]} already"
                self._reject(self._rows[place], fields[field], reason)
        return found

    def _problem(self, field: str, text: str) -> str:
        if not text:
            return "is missing, and other SIMs have it"
        if field not in self._columns:
            return "stands here, and is missing where other SIMs are"
        return problem_of(kind_of(field), text)

    def _reject(self, row: int, field: str, reason: str) -> None:
        self._good = False
        self._faults.add(Reject(row, field, reason, self._file))


@cache
def kind_of(field: str) -> NumberKind:
    """Return which kind of number stands in a field, as an IMSI in `new_imsi`."""
    return next(kind for kind in KINDS if field.endswith(kind))
