"""Our own state as Prometheus metrics: what was planned, done and refused, and how old all is."""

from forerunner.exporter.config import Config
from forerunner.exporter.errors import ExporterError

__all__ = ["Config", "ExporterError"]
