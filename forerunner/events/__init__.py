"""Events: traps, log lines and violations, kept once each and grouped into incidents."""

from forerunner.events.book import EventBook, Incident

__all__ = ["EventBook", "Incident"]
