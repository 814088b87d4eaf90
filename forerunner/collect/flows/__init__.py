"""Flows from the wire to the store: nfcapd collects them, nfdump reads its files."""

from forerunner.collect.flows.config import Config
from forerunner.collect.flows.importing import Imported, import_flows

__all__ = ["Config", "Imported", "import_flows"]
