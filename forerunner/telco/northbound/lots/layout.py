"""What the files of a back office look like: nothing about them is standard."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ACTIONS = ("add", "put", "remove", "read", "export")
CODES = ("done", "absent")
COLUMNS = ("row", "action", "code")
SUFFIXES = ("part", "lot", "result")


def _named(**names: str) -> Mapping[str, str]:
    return field(default_factory=lambda: names)


@dataclass(frozen=True)
class Layout:
    """The words, columns and names of lots and results.

    A lot has a line for each row: its number in the lot, the action, and the fields. A result has
    the number, a code, and the fields. Both may begin with a header, and both end with a trailer
    line of a word and the number of rows, by which a cut file is told from a whole one.

    Attributes:
        fields: What each field of ours is called, in the order of the columns.
        columns: What the columns of the row's number, the action and the code are called.
        actions: The words for what is asked: add, put, remove, read, export.
        codes: What a result says where it is done, and where there is no such record.
        separator: Between two cells.
        header: Whether files begin with the names of their columns.
        trailer: The word that the last line begins with.
        prefix: What the name of every lot of ours begins with.
        suffixes: What names end with: of a file half written, a lot, and a result.
        inbox: Directory that lots are put into.
        outbox: Directory that results appear in.
    """

    fields: Mapping[str, str]
    columns: Mapping[str, str] = _named(row="ROW", action="ACTION", code="CODE")
    actions: Mapping[str, str] = _named(
        add="ADD", put="PUT", remove="REMOVE", read="READ", export="EXPORT"
    )
    codes: Mapping[str, str] = _named(done="OK", absent="NOT_FOUND")
    separator: str = ";"
    header: bool = True
    trailer: str = "END"
    prefix: str = "forerunner"
    suffixes: Mapping[str, str] = _named(part=".part", lot=".csv", result=".result.csv")
    inbox: str = "inbox"
    outbox: str = "outbox"

    def head(self, column: str) -> list[str]:
        """Return the names of a file's columns; the second is `action` or `code`."""
        return [self.columns["row"], self.columns[column], *self.fields.values()]

    def lot_path(self, name: str) -> str:
        """Return where a lot is put."""
        return f"{self.inbox}/{name}{self.suffixes['lot']}"

    def part_path(self, name: str) -> str:
        """Return where a lot is written before it is put."""
        return f"{self.inbox}/{name}{self.suffixes['part']}"

    def result_path(self, name: str) -> str:
        """Return where the result of a lot appears."""
        return f"{self.outbox}/{name}{self.suffixes['result']}"

    def is_lot(self, file_name: str) -> bool:
        """Return whether a file of the inbox is a lot of ours that waits."""
        part = self.suffixes["part"]
        ours = file_name.startswith(f"{self.prefix}-") and not file_name.endswith(part)
        return ours and file_name.endswith(self.suffixes["lot"])
