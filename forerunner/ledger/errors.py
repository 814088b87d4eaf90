"""What goes wrong with the ledger."""

from forerunner.errors import ForerunnerError


class LedgerError(ForerunnerError):
    """The ledger cannot be opened, read or written."""
