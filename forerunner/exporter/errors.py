"""What keeps the exporter from serving, or a part of our state from being read."""

from forerunner.errors import ForerunnerError


class ExporterError(ForerunnerError):
    """The exporter cannot serve, or cannot read a part of our state."""
