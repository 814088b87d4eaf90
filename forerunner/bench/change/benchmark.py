"""`make bench-change`: whether a change is foretold, admitted, applied and undone as promised."""

from collections.abc import Sequence
from pathlib import Path

from forerunner.bench import parts
from forerunner.bench.parts import Parts

PARTS: Parts = {
    "plan": (
        parts.from_module("forerunner.bench.change.plan"),
        {"plan_agreement": "== 200", "plan_seconds_per_router": "<= 3"},
    ),
    "apply": (
        parts.from_module("forerunner.bench.change.apply"),
        {
            "dead_man_restores": "== 20",
            "dead_man_overrun_max_s": "<= 5",
            "second_run_changes": "== 0",
            "session_resets": "== 0",
        },
    ),
    "rollout": (
        parts.from_module("forerunner.bench.change.rollout"),
        {
            "ring_isolated_naive": None,
            "ring_isolated_ours": "== 0",
            "poisoned_devices_touched": "== 1",
        },
    ),
    "gate": (
        parts.from_module("forerunner.bench.change.bypasses"),
        {"gate_bypasses": "== 0", "lease_overlaps": "== 0"},
    ),
    "backup": (
        parts.from_module("forerunner.bench.change.backup"),
        {"backup_bad_overwrites": "== 0", "restore_drill_s": "<= 60"},
    ),
}
"""What measures each part, and the goals of its rows."""


def main(short: bool = False, chosen: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/change.json`; its path is returned.

    Args:
        short: A handful of cases in each part.
        chosen: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    return parts.run("change", PARTS, short, chosen)
