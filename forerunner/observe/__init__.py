"""The service that collects, detects and writes predictions before anybody acts on them."""

from forerunner.observe.config import Config
from forerunner.observe.service import main

__all__ = ["Config", "main"]
