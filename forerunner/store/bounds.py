"""What a value of each metric can be: what lies beyond was measured wrongly."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from forerunner.store.columns import coded
from forerunner.store.counters import COUNTERS

if TYPE_CHECKING:
    import pyarrow as pa

Bounds = tuple[float, float]
BOUNDS: Mapping[str, Bounds] = {
    **{name: (0.0, 2.0**each.bits) for name, each in COUNTERS.items()},
    "if_oper_status": (0.0, 1.0),
    "observed": (0.0, 1.0),
    "snmp_up": (0.0, 1.0),
    "snmp_rebooted": (0.0, 1.0),
    "snmp_uptime_s": (0.0, 2.0**32 / 100),
    "snmp_vitals_up": (0.0, 1.0),
    "cpu_used_share": (0.0, 1.0),
    "load_1m": (0.0, 1e6),
    "memory_total_bytes": (0.0, 2.0**60),
    "memory_available_bytes": (0.0, 2.0**60),
    "ospf_up": (0.0, 1.0),
    "bgp_up": (0.0, 1.0),
    "ospf_neighbour_state": (1.0, 8.0),
    "bgp_peer_state": (1.0, 6.0),
    "bgp_peer_up": (0.0, 1.0),
    "ssh_up": (0.0, 1.0),
    "uptime_s": (0.0, 1e10),
    "disk_total_bytes": (0.0, 2.0**70),
    "disk_available_bytes": (0.0, 2.0**70),
    "disk_used_share": (0.0, 1.0),
    "probe_sent": (0.0, 1e6),
    "probe_lost": (0.0, 1e6),
    "probe_rtt_s": (0.0, 60.0),
    "link_failure_probability": (0.0, 1.0),
    "speed_tcp_bit_s": (0.0, 1e12),
    "speed_tcp_retransmits": (0.0, 1e9),
    "speed_udp_bit_s": (0.0, 1e12),
    "speed_udp_loss_share": (0.0, 1.0),
    "speed_udp_jitter_s": (0.0, 60.0),
    "path_loss_share": (0.0, 1.0),
    "path_rtt_p50_s": (0.0, 60.0),
    "path_rtt_p95_s": (0.0, 60.0),
    "path_jitter_s": (0.0, 60.0),
}
"""Lowest and highest value, by metric; of another one every finite value is taken."""


def sifted(table: "pa.Table") -> tuple["pa.Table", "pa.Table"]:
    """Return what of a table that fits lies within its bounds, and what does not."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    if not len(table):
        return table, table
    codes, names = coded(table, "metric")
    every = [BOUNDS.get(name, (-np.inf, np.inf)) for name in names]
    lowest, highest = (np.array(each)[codes] for each in zip(*every, strict=True))
    values = table["value"].to_numpy()
    fine = np.isfinite(values) & (values >= lowest) & (values <= highest)
    if fine.all():
        return table, table.slice(0, 0)
    return table.filter(pa.array(fine)), table.filter(pa.array(~fine))
