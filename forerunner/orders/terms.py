"""On what terms an order is brought to a system."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """On what terms an order is brought to a system.

    Attributes:
        permit: Asked before each write; raises to prevent it.
        rate: SIMs a second at the most; 0 for as many as the system takes.
        patience_s: Seconds for which a system that does not answer is tried again.
        stall_s: Seconds without a sign of whoever works on the system before, after which a system
            waits for it no longer.
        shard: Name of the part of the order that is worked on; empty for all of it.
        chunks: The chunks that are meant; None for all.
        report: Takes a line about each chunk.
    """

    permit: Callable[[], None]
    rate: float = 0.0
    patience_s: float = 60.0
    stall_s: float = 300.0
    shard: str = ""
    chunks: range | None = None
    report: Callable[[str], None] = lambda _line: None
