"""Backups: the running configurations of many devices in a Git repository."""

from forerunner.backup.errors import BackupError
from forerunner.backup.freshness import Freshness, assess
from forerunner.backup.history import Version, versions
from forerunner.backup.note import Note
from forerunner.backup.operation import Backup, Terms, back_up, store
from forerunner.backup.repository import Record, Repository
from forerunner.backup.sealing import Seal, open_seal

__all__ = [
    "Backup",
    "BackupError",
    "Freshness",
    "Note",
    "Record",
    "Repository",
    "Seal",
    "Terms",
    "Version",
    "assess",
    "back_up",
    "open_seal",
    "store",
    "versions",
]
