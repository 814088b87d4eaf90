"""What files of one directory are read as: each sample once, at the price of those that overlap.

A file holds no sample twice. Two files can hold the same one only where their times overlap, which
is so after a retry, for late samples, and while a merge is under way: those alone are compared.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from forerunner.store import files
from forerunner.store.places import Place

KEY = "time, host, interface, metric"
_COLUMNS = f"{KEY}, value"


def relation(found: Iterable[Place]) -> str:
    """Return the SQL of a table with the samples of files, each of them once.

    Args:
        found: Files, of any directories; at least one.
    """
    alone: list[Place] = []
    together: list[Place] = []
    for group in _overlapping(found):
        (alone if len(group) == 1 else together).extend(group)
    parts = []
    if alone:
        parts.append(f"SELECT {_COLUMNS} FROM {_read(alone)}")  # noqa: S608 - our own names
    if together:
        # One comparison of all: hundreds of them would take longer to plan than to do.
        rows = f"FROM {_read(together)} GROUP BY ALL"
        parts.append(f"SELECT {KEY}, max(value) AS value {rows}")
    return f"({' UNION ALL '.join(parts)})"


def quoted(path: Path | Place) -> str:
    """Return a path as SQL text."""
    return "'" + str(path).replace("'", "''") + "'"


def _overlapping(found: Iterable[Place]) -> Iterator[list[Place]]:
    """Yield groups of files such that no time is in two groups."""
    group: list[Place] = []
    end = float("-inf")
    for first, last, file in sorted((*files.span(file), file) for file in found):
        if group and first > end:
            yield group
            group = []
        group.append(file)
        end = last if len(group) == 1 else max(end, last)
    if group:
        yield group


def _read(found: Sequence[Place]) -> str:
    names = ", ".join(quoted(file) for file in found)
    return f"read_parquet([{names}], hive_partitioning = false)"
