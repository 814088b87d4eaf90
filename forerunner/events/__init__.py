"""Events: traps, log lines and violations, kept once each and grouped into incidents."""

from forerunner.events.book import EventBook, Incident
from forerunner.events.writer import EventWriter

__all__ = ["EventBook", "EventWriter", "Incident"]
