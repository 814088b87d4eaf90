"""Many devices over SSH in one process, each with its own result."""

from forerunner.fleet.batch import Visit, Work, failure, open_session, run, run_async, visit_all
from forerunner.fleet.device import Device, DeviceResult, devices_from_data
from forerunner.fleet.errors import FleetError, Rejected, Unreachable
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
