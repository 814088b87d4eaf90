"""What an exporter says of one flow, and many of them as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_S = 86_400.0
"""No record may span more: exporters cut flows after minutes (their active timeout)."""


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """What an exporter says of one flow between two times.

    Attributes:
        time: First packet, in seconds since the epoch.
        end: Last packet.
        exporter: Inventory name of the router that exported it.
        source: Address that sent.
        destination: Address that it was sent to.
        source_port: 0 where the protocol has none.
        destination_port: 0 where the protocol has none.
        protocol: Number of the IP protocol.
        tos: The octet of DSCP and ECN, of its first packet.
        packets: How many.
        bytes: Lengths of the IP packets together.
    """

    time: float
    end: float
    exporter: str
    source: str
    destination: str
    source_port: int
    destination_port: int
    protocol: int
    tos: int
    packets: int
    bytes: int


COLUMNS = tuple(FlowRecord.__dataclass_fields__)


def table_of(records: Sequence[FlowRecord]) -> "pa.Table":
    """Return records as a table, by time."""
    import pyarrow as pa  # noqa: PLC0415

    kinds: dict[str, Any] = dict.fromkeys(COLUMNS, pa.string())
    kinds |= {"time": pa.float64(), "end": pa.float64(), "packets": pa.int64(), "bytes": pa.int64()}
    kinds |= dict.fromkeys(("source_port", "destination_port"), pa.uint16())
    kinds |= dict.fromkeys(("protocol", "tos"), pa.uint8())
    ordered = sorted(records, key=lambda each: each.time)
    made = {x: pa.array([getattr(row, x) for row in ordered], kinds[x]) for x in COLUMNS}
    return pa.table(made)
