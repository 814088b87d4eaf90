"""Part backup of `make bench-change`: is a good backup ever lost, and does a restore work?"""

import importlib.util
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from forerunner.bench import parts
from forerunner.bench.change import faults
from forerunner.bench.change.faults import Case
from forerunner.bench.rows import Extent, Row, directory
from forerunner.files import write_whole

SEED = 19
_DRILL = "forerunner.bench.change.restore_drill"
_KINDS: tuple[Callable[[Path, int, int], Case], ...] = (
    faults.no_room,
    faults.killed,
    faults.at_once,
)


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return the rows of this part; the one does not cost the other its figure."""
    goals = {"backup_bad_overwrites": "== 0"}
    found = parts.measure("backup under faults", _overwrites, goals, extent, console)
    if importlib.util.find_spec(_DRILL) is None:
        return found
    goals = {"restore_drill_s": "<= 60"}
    drill = parts.measure("restore drill", parts.from_module(_DRILL), goals, extent, console)
    return [*found, *drill]


def _overwrites(extent: Extent, console: Console) -> list[Row]:
    """Make every fault, look at what is left, and return the row of what was lost."""
    place = directory("change") / "backup"
    shutil.rmtree(place, ignore_errors=True)
    cases: list[Case] = []
    for case in _cases(place, 10 if extent == "full" else 1):
        cases.append(case)
        console.print(f"{case.fault} {case.number}: {case.what}; lost: {len(case.lost)}")
        told = json.dumps([asdict(each) for each in cases], indent=1)
        write_whole(place.with_suffix(".json"), told)
    return [_row(cases)]


def _cases(place: Path, each: int) -> Iterator[Case]:
    # A stream breaks off, or ends as if it were whole; both in the same number of cases.
    broken = (each + 1) // 2
    counts = {"cut": broken, "short": each - broken, "empty": each}
    yield from faults.from_devices(place, {x: y for x, y in counts.items() if y})
    for kind in _KINDS:
        for number in range(each):
            yield kind(place / f"{kind.__name__}-{number}", number, SEED + number)


def _row(cases: list[Case]) -> Row:
    kinds = Counter(each.fault for each in cases)
    made = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    what = f"good backups lost under faults ({made}); history read, every full text unsealed"
    lost = sum(len(each.lost) for each in cases)
    return Row(
        "backup_bad_overwrites", what, lost, goal="== 0", n=len(cases), seed=f"{SEED} and up"
    )
