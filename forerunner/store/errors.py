"""What can go wrong with the telemetry store."""

from forerunner.errors import ForerunnerError


class StoreError(ForerunnerError):
    """The store cannot be read or written."""
