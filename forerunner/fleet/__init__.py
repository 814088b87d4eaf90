"""Many devices over SSH in one process, each with its own result.

What speaks SSH is loaded when it is first used: many a play only wants to know what a device is,
and loading takes as long as starting Ansible does otherwise.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from forerunner.fleet.device import Device, DeviceResult, devices_from_data
from forerunner.fleet.errors import FleetError, Rejected, Unreachable

if TYPE_CHECKING:
    from forerunner.fleet.batch import (
        Visit,
        Work,
        failure,
        open_session,
        run,
        run_async,
        visit_all,
    )
    from forerunner.fleet.opening import connect
    from forerunner.fleet.session import Answer, Session

__all__ = [
    "Answer",
    "Device",
    "DeviceResult",
    "FleetError",
    "Rejected",
    "Session",
    "Unreachable",
    "Visit",
    "Work",
    "connect",
    "devices_from_data",
    "failure",
    "open_session",
    "run",
    "run_async",
    "visit_all",
]
_LATER = {"Answer": "session", "Session": "session", "connect": "opening"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(f"{__name__}.{_LATER.get(name, 'batch')}"), name)
