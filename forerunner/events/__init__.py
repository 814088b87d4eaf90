"""Events: traps, log lines and violations, kept once each and grouped into incidents."""

from forerunner.events.book import SEVERITIES, EventBook, Incident
from forerunner.events.writer import EventWriter

__all__ = ["SEVERITIES", "EventBook", "EventWriter", "Incident"]
