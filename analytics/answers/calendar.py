"""The clock and the holidays that people go by where the network is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np

from analytics.forecasting.series import Values
from forerunner.errors import InvalidData
from forerunner.schema import check

CALENDAR_SCHEMA = {
    "type": "object",
    "properties": {
        "timezone": {
            "description": "IANA name of the time zone.",
            "type": "string",
            "pattern": r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*(?![\s\S])",
        },
        "holidays": {
            "type": "array",
            "items": {
                "description": "A day on which people do as at weekends, as 2026-12-25.",
                "type": "string",
                "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\s\S])",
            },
        },
    },
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Calendar:
    """The inventory's `network_calendar`.

    Attributes:
        timezone: IANA name of the time zone.
        holidays: Days, local, on which people do as at weekends.
    """

    timezone: str = "UTC"
    holidays: frozenset[date] = frozenset()

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str) -> Self:
        """Return the calendar of plain data.

        Raises:
            InvalidData: A field is not of the form, there is no such zone or no such day.
        """
        # YAML reads a date as one.
        days = data.get("holidays", []) if isinstance(data, Mapping) else []
        texts = [str(each) if isinstance(each, date) else each for each in days or []]
        check({**data, "holidays": texts} if texts else data, CALENDAR_SCHEMA, source)
        field = "timezone"
        try:
            ZoneInfo(data.get("timezone", "UTC"))
            field = "holidays"
            holidays = frozenset(date.fromisoformat(each) for each in texts)
        except (KeyError, ValueError, OSError) as error:
            raise InvalidData(source, f"network_calendar.{field}", f"{error}") from error
        return cls(data.get("timezone", "UTC"), holidays)

    def wall(self, times: Values) -> Values:
        """Return what clocks show at some times, as seconds since the epoch by that clock."""
        zone = ZoneInfo(self.timezone)
        shown = (datetime.fromtimestamp(each, zone) for each in times.tolist())
        return np.array([each.replace(tzinfo=UTC).timestamp() for each in shown])

    def utc(self, shown: float | None) -> float | None:
        """Return the time at which clocks show it, as seconds since the epoch; None for None."""
        if shown is None:
            return None
        clock = datetime.fromtimestamp(shown, UTC)
        return clock.replace(tzinfo=ZoneInfo(self.timezone)).timestamp()
