"""Telemetry: from the wire to the store, and out of it. Rows in var/bench/telemetry.json."""

from collections.abc import Sequence
from pathlib import Path

from forerunner.bench import parts
from forerunner.bench.parts import Parts

PARTS: Parts = {
    "snmp": (
        parts.from_module("forerunner.bench.telemetry.snmp", "peers"),
        {"snmp_vs_pysnmp": ">= 10", "snmp_vs_bulkwalk": ">= 1.5", "snmp_vs_bare": ">= 0.8"},
    ),
    "snmp_growth": (
        parts.from_module("forerunner.bench.telemetry.snmp", "growth"),
        {"snmp_rate_50": None, "snmp_rate_200": None, "snmp_rate_800": None},
    ),
    "dead_agents": (
        parts.from_module("forerunner.bench.telemetry.snmp", "dead"),
        {"dead_agent_delay_ms": "<= 200"},
    ),
    "store_10m": (
        parts.from_module("forerunner.bench.telemetry.store", "ten_million"),
        {"ingest_10m_s": "<= 3", "p95_all_10m_s": "<= 1", "one_link_day_ms": "<= 50"},
    ),
    "store_100m": (
        parts.from_module("forerunner.bench.telemetry.store", "hundred_million"),
        {"ingest_100m_s": None, "p95_all_100m_s": None},
    ),
    "wire": (
        parts.from_module("forerunner.bench.telemetry.wire"),
        {"wire_to_dag_median_s": "<= 3"},
    ),
    "matrix": (
        parts.from_module("forerunner.bench.telemetry.matrix"),
        {"matrix_error_share": "<= 0.05", "matrix_pair_error_max": None},
    ),
    "kills": (
        parts.from_module("forerunner.bench.telemetry.kills"),
        {"half_files": "== 0", "duplicates": "== 0"},
    ),
    "speed_tests": (
        parts.from_module("forerunner.bench.telemetry.speed_tests"),
        {
            "speed_test_overlaps": "== 0",
            "speed_test_overlaps_unclaimed": None,
            "speed_test_length": None,
        },
    ),
}
"""What measures each part, and the goals of its rows."""


def main(short: bool = False, chosen: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/telemetry.json`; its path is returned.

    Args:
        short: A few samples and kills; says that it works, not how fast it is.
        chosen: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part.
    """
    return parts.run("telemetry", PARTS, short, chosen)
