"""Maintenance windows of a system: whether it may be written to now, else when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from forerunner.gate.windows import Maintenance


def closed_until(windows: Sequence[Mapping[str, Any]], timezone: str, now: datetime) -> str:
    """Return when the next window opens; empty while one is open, or where there are none."""
    zone = ZoneInfo(timezone)
    found = [Maintenance.from_data(each) for each in windows]
    if not found or any(each.holds(now, zone) for each in found):
        return ""
    opening = min(each.next_opening(now, zone) for each in found)
    return opening.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
