"""Windows of a system and of an order: whether it may be written now, else when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from forerunner.gate.windows import Maintenance
from forerunner.sims.request import ends_of


def closed_until(windows: Sequence[Mapping[str, Any]], timezone: str, now: datetime) -> str:
    """Return when the next window opens; empty while one is open, or where there are none."""
    zone = ZoneInfo(timezone)
    found = [Maintenance.from_data(each) for each in windows]
    if not found or any(each.holds(now, zone) for each in found):
        return ""
    opening = min(each.next_opening(now, zone) for each in found)
    return opening.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def outside(agreed: str, now: datetime) -> str:
    """Return how a moment misses the window in a request; empty where it is inside, or none is.

    Args:
        agreed: Begin and end in ISO 8601, as `2026-12-01T22:00Z/2026-12-02T04:00Z`; may be empty.
        now: The moment.
    """
    if not agreed:
        return ""
    begins, ends = ends_of(agreed)
    if now < begins:
        return f"opens {begins:%Y-%m-%d %H:%M %Z}"
    return "" if now < ends else f"closed {ends:%Y-%m-%d %H:%M %Z}"
