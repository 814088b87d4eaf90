"""Flow records in the telemetry store, each flow counted once, and what they say of the traffic."""

from forerunner.store.flows.classes import TrafficClass
from forerunner.store.flows.coverage import Covered, Gap
from forerunner.store.flows.prefixes import Prefixes
from forerunner.store.flows.records import FlowRecord
from forerunner.store.flows.site import Site, Span
from forerunner.store.flows.store import FlowStore
from forerunner.store.flows.traffic import KEYS, Demand, Share, Traffic

__all__ = [
    "KEYS",
    "Covered",
    "Demand",
    "FlowRecord",
    "FlowStore",
    "Gap",
    "Prefixes",
    "Share",
    "Site",
    "Span",
    "Traffic",
    "TrafficClass",
]
