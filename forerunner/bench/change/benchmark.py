"""`make bench-change`: whether a change is foretold, admitted, applied and undone as promised.

Each part is a module `change_<part>.py` beside this one with `rows(extent, console)`.
"""

import importlib
import importlib.util
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from forerunner.bench import rows
from forerunner.bench.rows import Extent, Row
from forerunner.errors import ForerunnerError, InvalidData

PARTS: Mapping[str, Mapping[str, str | None]] = {
    "plan": {"plan_agreement": "== 200", "plan_seconds_per_router": "<= 3"},
    "apply": {
        "dead_man_restores": "== 20",
        "dead_man_overrun_max_s": "<= 5",
        "second_run_changes": "== 0",
        "session_resets": "== 0",
    },
    "rollout": {
        "ring_isolated_naive": None,
        "ring_isolated_ours": "== 0",
        "poisoned_devices_touched": "== 1",
    },
    "gate": {"gate_bypasses": "== 0", "lease_overlaps": "== 0"},
    "backup": {"backup_bad_overwrites": "== 0", "restore_drill_s": "<= 60"},
}
"""The rows of each part and their goals, so that a part that cannot run still has its rows."""

_log = logging.getLogger(__name__)


def main(short: bool = False, parts: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/change.json`; its path is returned.

    One part that cannot be measured does not cost the others their figures: its rows say why.

    Args:
        short: A handful of cases in each part.
        parts: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    console = Console()
    extent: Extent = "short" if short else "full"
    chosen = _checked(parts) or list(PARTS)
    measured = [row for part in chosen for row in _measure(part, extent, console)]
    return rows.write("change", measured, console)


def _checked(parts: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(parts))
    for part in wanted:
        if part not in PARTS:
            known = ", ".join(PARTS)
            raise InvalidData("--part", part, f"there is no such part; there is {known}")
    return wanted


def _measure(part: str, extent: Extent, console: Console) -> list[Row]:
    """Return the rows of one part; those that it does not give are there with the reason."""
    reason = "the part gave no such row"
    measured: list[Row] = []
    module = f"{__package__}.change_{part}"
    if importlib.util.find_spec(module) is None:
        reason = f"not measured: there is no {module.replace('.', '/')}.py"
    else:
        console.rule(f"change: {part}")
        try:
            measured = list(importlib.import_module(module).rows(extent, console))
        except ForerunnerError as error:
            reason = f"not measured: {error}"
        except Exception as error:  # noqa: BLE001
            # Hours of the other parts must not be lost to a fault of this one.
            _log.exception("part %s", part)
            reason = f"not measured: {type(error).__name__}: {error}"
    given = {row.id for row in measured}
    unmeasured = (name for name in PARTS[part] if name not in given)
    return measured + [Row(name, reason, None, goal=PARTS[part][name]) for name in unmeasured]
