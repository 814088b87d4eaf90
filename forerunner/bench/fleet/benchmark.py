"""`make bench-fleet`: many devices, against what else people use, in one run and interleaved."""

from collections.abc import Sequence
from pathlib import Path

from forerunner.bench import parts
from forerunner.bench.fleet import contests

PARTS: parts.Parts = {
    "backup_20": (contests.backup_20, {"fleet_vs_network_cli_20": ">= 10"}),
    "backup_100": (contests.backup_100, {"fleet_vs_network_cli_100": ">= 50"}),
    "backup_500": (
        contests.backup_500,
        {
            "fleet_vs_nornir_500": ">= 2",
            "fleet_vs_netmiko_500": None,
            "fleet_vs_scrapli_500": None,
            "fleet_first_vs_nornir_500": None,
        },
    ),
    "push_500": (
        contests.push_500,
        {"push_vs_nornir_500": ">= 2", "push_again_vs_nornir_500": None},
    ),
    "bare_2000": (
        contests.bare_2000,
        {"fleet_vs_bare_2000": ">= 0.75", "fleet_vs_bare_2000_inclusive": None},
    ),
    "latency_500": (contests.latency_500, {"fleet_latency_vs_nornir_500": ">= 2"}),
    "memory": (
        contests.memory,
        {"fleet_memory_500_mb": "<= 150", "fleet_memory_2000_mb": None},
    ),
    "render": (
        parts.from_module("forerunner.bench.fleet.render", "render_row"),
        {"render_vs_jinja2_1000": "<= 4", "render_vs_jinja2_1000_inclusive": None},
    ),
}  # fmt: skip
"""What measures each part, and the goals of its rows."""


def main(short: bool = False, chosen: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/fleet.json`; its path is returned.

    Args:
        short: A few devices and one round; says that it works, not how fast it is.
        chosen: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    return parts.run("fleet", PARTS, short, chosen)
