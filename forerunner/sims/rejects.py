"""What does not fit in a request or a file for one: all of it at once, and as a file of its own."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.files import write_whole

KEPT = 10_000
_SHOWN = 10


@dataclass(frozen=True)
class Reject:
    """One thing that does not fit.

    Attributes:
        row: Line of the file, or place in the list, from 1; 0 where it is about no single one.
        field: The field.
        reason: What is wrong, and what would be right; never a value that may be a secret.
        file: The file, where it is not the request itself.
    """

    row: int
    field: str
    reason: str
    file: str = ""

    def __str__(self) -> str:
        place = f"row {self.row}, {self.field}" if self.row else self.field
        return ": ".join(part for part in (self.file, place, self.reason) if part)


class Rejected(InvalidData):
    """A request does not fit.

    Args:
        source: The request's file.
        rejects: What is wrong with it, as far as it is kept.
        more: How much more is wrong.
    """

    def __init__(self, source: str, rejects: Sequence[Reject], more: int = 0) -> None:
        self.rejects, self.more = tuple(rejects), more
        shown = "; ".join(str(each) for each in rejects[:_SHOWN])
        count = len(rejects) + more
        rest = count - _SHOWN
        said = f"{shown}; and {rest} more" if rest > 0 else shown
        super().__init__(source, "1 problem" if count == 1 else f"{count} problems", said)


class Faults:
    """Gathers what does not fit, so that a person mends all of it at once.

    Args:
        source: The request's file.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Reject] = []
        self.more = 0

    def __bool__(self) -> bool:
        return bool(self.found)

    def copied(self) -> "Faults":
        """Return another one that has noted the same."""
        found = Faults(self.source)
        found.found, found.more = [*self.found], self.more
        return found

    def add(self, reject: Reject) -> None:
        """Note one; only the first thousands are kept, the others are counted."""
        if not reject.row and reject in self.found:
            return
        if len(self.found) < KEPT:
            self.found.append(reject)
        else:
            self.more += 1

    def add_all(self, rejects: Iterable[Reject]) -> None:
        """Note several."""
        for each in rejects:
            self.add(each)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Note what is raised in it, and go on after it."""
        try:
            yield
        except Rejected as error:
            file = "" if error.source == self.source else error.source
            self.add_all(replace(each, file=each.file or file) for each in error.rejects)
            self.more += error.more
        except InvalidData as error:
            file = "" if error.source == self.source else error.source
            self.add(Reject(0, error.field, error.problem, file))

    def end(self) -> None:
        """Raise what was noted, if anything.

        Raises:
            Rejected: Something was.
        """
        if self.found:
            raise Rejected(self.source, self.found, self.more)


def write_rejects(path: Path, error: Rejected) -> None:
    """Write a CSV file that names file, row, field and reason of each."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("file", "row", "field", "reason"))
    for each in error.rejects:
        file = each.file or error.source
        writer.writerow([_plain(str(x)) for x in (file, each.row or "", each.field, each.reason)])
    if error.more:
        writer.writerow(("", "", "", f"and {error.more} more"))
    write_whole(path, text.getvalue())


def _plain(cell: str) -> str:
    # A spreadsheet takes what begins so for a formula.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
