"""Hearing what devices tell by themselves: SNMP notifications and log lines become events."""

from forerunner.listen.config import Config
from forerunner.listen.service import main

__all__ = ["Config", "main"]
