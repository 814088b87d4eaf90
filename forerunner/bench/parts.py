"""A benchmark of several parts: one that cannot be measured does not cost the others theirs."""

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from forerunner.bench import rows
from forerunner.bench.rows import Extent, Row
from forerunner.errors import ForerunnerError, InvalidData

Goals = Mapping[str, str | None]
Measure = Callable[[Extent, Console], Sequence[Row]]
Parts = Mapping[str, tuple[Measure, Goals]]

_log = logging.getLogger(__name__)


def chosen(parts: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the parts that were asked for, in their order; all of them for none.

    Raises:
        InvalidData: There is no such part.
    """
    wanted, names = list(dict.fromkeys(parts)), list(known)
    for part in wanted:
        if part not in names:
            raise InvalidData("--part", part, f"there is no such part; there is {', '.join(names)}")
    return wanted or names


def measure(title: str, call: Measure, goals: Goals, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of one part; those that it does not give are there with the reason."""
    reason = "the part gave no such row"
    measured: list[Row] = []
    console.rule(title)
    try:
        measured = list(call(extent, console))
    except ForerunnerError as error:
        reason = f"not measured: {error}"
    except Exception as error:  # noqa: BLE001
        # Hours of the other parts must not be lost to a fault of this one.
        _log.exception("%s", title)
        reason = f"not measured: {type(error).__name__}: {error}"
    given = {row.id for row in measured}
    return measured + [Row(x, reason, None, goal=goals[x]) for x in goals if x not in given]


def run(name: str, known: Parts, short: bool, wanted: Sequence[str]) -> Path:
    """Measure parts, write `var/bench/<name>.json`, and return its path.

    Rows of parts that were not asked for stay in it as they were. A short run says nothing that may
    stand among them, and has a report of its own, `<name>-short.json`.

    Args:
        name: Of the benchmark.
        known: What measures each part, and the goals of its rows.
        short: A few cases and one round; says that it works, not how fast it is.
        wanted: Names of parts; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    console = Console()
    extent: Extent = "short" if short else "full"
    measured: list[Row] = []
    for part in chosen(wanted, known):
        call, goals = known[part]
        measured += measure(f"{name}: {part}", call, goals, extent, console)
    report = f"{name}-short" if short else name
    return rows.write(report, measured, console, whole=not wanted)


def from_module(name: str, function: str = "rows") -> Measure:
    """Return what measures a part: a function of a module that may not be there yet."""

    def call(extent: Extent, console: Console) -> Sequence[Row]:
        found: Sequence[Row] = getattr(importlib.import_module(name), function)(extent, console)
        return found

    return call
