"""The registry of models: immutable versions, one of them in service, every promotion written."""

from analytics.registry.entry import Entry, State
from analytics.registry.store import Registry

__all__ = ["Entry", "Registry", "State"]
