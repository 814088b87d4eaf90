"""The form in which every benchmark writes what it measured."""

import json
import logging
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
from rich.console import Console
from rich.table import Table

from forerunner import home
from forerunner.files import locked, write_whole

Extent = Literal["full", "short"]
"""How much is measured: what the goals ask for, or a handful of cases, as CI does."""

_LOG_WIDTH = 200
_EARLIER = "; of an earlier run, at commit "
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
    """One measured figure.

    Attributes:
        id: Name that a goal is tied to.
        what: What was measured, in words; the reason where `value` is None.
        value: The figure in `unit`; None where it could not be measured.
        unit: Unit of the value; empty for a plain number.
        goal: As `<= 0.1`, `>= 10`, `== 0` or `77..83`, both ends included;
            None for a row that only informs.
        peer: What it is compared with.
        peer_value: The peer's figure in the same unit, from the same run.
        ratio: Ours divided by the peer's.
        n: How many measurements the figure stands on.
        seed: Seed or seeds, as text.
    """

    id: str
    what: str
    value: float | None
    unit: str = ""
    goal: str | None = None
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    n: int = 1
    seed: str | None = None

    @property
    def met(self) -> bool | None:
        """Return whether the goal is met; None without a goal or a value."""
        if self.goal is None or self.value is None:
            return None
        low, between, high = self.goal.partition("..")
        if between:
            return bool(float(low) <= self.value <= float(high))
        relation, _, bound = self.goal.partition(" ")
        difference = self.value - float(bound)
        held = {"<=": difference <= 0, ">=": difference >= 0, "==": difference == 0}
        # NumPy's own truth is no JSON.
        return bool(held[relation])

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON data."""
        return asdict(self) | {"met": self.met}


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return a percentile by linear interpolation; None without values.

    Args:
        values: Any order.
        share: 0 to 1.
    """
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: Sequence[float]) -> float | None:
    """Return the median; None without values."""
    return statistics.median(values) if values else None


def directory(name: str) -> Path:
    """Return where a benchmark keeps its raw measurements, creating it."""
    path = home.var().resolve() / "bench" / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def fresh(name: str, part: str) -> Path:
    """Return a new directory of a benchmark, for what one part of it keeps."""
    path = directory(name) / f"{part}-{time.time_ns()}"
    path.mkdir()
    return path


def write(
    name: str, rows: Sequence[Row], console: Console | None = None, whole: bool = True
) -> Path:
    """Write `var/bench/<name>.json`, print the table and return the file's path.

    Args:
        name: Of the benchmark.
        rows: What was measured.
        console: Where the table is printed.
        whole: Whether that is all of it; else rows of other names stay as they were, and say of
            which commit they are.
    """
    path = directory(name).parent / f"{name}.json"
    measured = [row.to_dict() for row in rows]
    report: dict[str, Any] = {"name": name, "machine": _machine(), "commit": _commit()}
    with locked(directory(name) / ".lock"):
        earlier = [] if whole else _earlier(path)
        by_id = {each["id"]: each for each in (*earlier, *measured)}
        report["rows"] = list(by_id.values())
        write_whole(path, json.dumps(report, indent=2) + "\n", 0o644)
    _shown(console or Console()).print(_table(name, rows))
    return path


def _earlier(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a report that is there, each with its commit; of a damaged one, none."""
    try:
        report = json.loads(path.read_text())
        return [each | {"what": _dated(each["what"], report["commit"])} for each in report["rows"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("%s: earlier rows are lost: %r", path, error)
        return []


def _dated(what: str, commit: str) -> str:
    return what if _EARLIER in what else f"{what}{_EARLIER}{commit}"


def _shown(console: Console) -> Console:
    """Return the console; where no window bounds it, in a file or a log, a row is one line."""
    return console if console.is_terminal else Console(file=console.file, width=_LOG_WIDTH)


def _table(name: str, rows: Sequence[Row]) -> Table:
    table = Table(title=name)
    for heading in ("id", "value", "unit", "goal", "met", "peer", "n", "what"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "what")
    for row in rows:
        peer = "" if row.peer is None else f"{row.peer} {_figure(row.peer_value)}"
        met = {True: "[green]yes", False: "[red]no", None: ""}[row.met]
        table.add_row(
            row.id,
            _figure(row.value),
            row.unit,
            row.goal or "",
            met,
            peer,
            str(row.n),
            row.what,
        )
    return table


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} CPUs, {memory:.0f} GiB"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=home.root(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
