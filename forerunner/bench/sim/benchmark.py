"""SIM orders: how fast, how certain, and what a kill leaves behind. Rows in var/bench/sim.json."""

from collections.abc import Sequence
from pathlib import Path

from forerunner.bench import parts
from forerunner.bench.parts import Parts

PARTS: Parts = {
    "hlr": (
        parts.from_module("forerunner.bench.sim.hlr"),
        {"hlr_vs_bare": ">= 0.75", "target_check_vs_bare": ">= 0.75"},
    ),
    "end_to_end": (
        parts.from_module("forerunner.bench.sim.whole"),
        {
            "end_to_end_1k_per_s": None,
            "end_to_end_10k_per_s": ">= 500",
            "end_to_end_100k_per_s": ">= 500",
            "memory_100k_vs_10k": "<= 1.2",
        },
    ),
    "plan": (parts.from_module("forerunner.bench.sim.plan", "plan"), {"plan_1m_s": "<= 60"}),
    "allocation": (
        parts.from_module("forerunner.bench.sim.plan", "allocation"),
        {"allocation_overlaps": "== 0"},
    ),
    "proof": (
        parts.from_module("forerunner.bench.sim.proof"),
        {"proof_ok": "== 1000", "wrong_key_caught": "== 100"},
    ),
    "kills": (
        parts.from_module("forerunner.bench.sim.kills"),
        {"kills_consistent": "== 50", "lost_or_doubled": "== 0"},
    ),
    "leaks": (parts.from_module("forerunner.bench.sim.leaks"), {"leaks": "== 0"}),
    "reconcile": (
        parts.from_module("forerunner.bench.sim.reconcile"),
        {"drifts_found": "== 1000", "drifts_invented": "== 0", "reconcile_100k_s": "<= 60"},
    ),
}
"""What measures each part, and the goals of its rows."""


def main(short: bool = False, chosen: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/sim.json`; its path is returned.

    Args:
        short: A few SIMs and one round; says that it works, not how fast it is.
        chosen: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    return parts.run("sim", PARTS, short, chosen)
