"""Backups: the running configurations of many devices in a Git repository."""

from forerunner.backup.errors import BackupError
from forerunner.backup.operation import Backup, back_up
from forerunner.backup.repository import Repository

__all__ = ["Backup", "BackupError", "Repository", "back_up"]
