"""What keeps a backup from being written."""

from forerunner.errors import ForerunnerError


class BackupError(ForerunnerError):
    """The repository of configurations cannot be written; says why and what to do."""
