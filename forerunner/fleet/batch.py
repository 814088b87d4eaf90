"""Many devices from one process: one coroutine a device, as many at once as allowed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from forerunner.fleet.device import Device, DeviceResult, ResultStatus
from forerunner.fleet.errors import FleetError, Unreachable
from forerunner.fleet.session import Session, connect

Work = Callable[[Session], Awaitable[DeviceResult]]

_log = logging.getLogger(__name__)


def run(
    devices: Iterable[Device], work: Work, concurrency: int = 50, timeout: float = 60.0
) -> dict[str, DeviceResult]:
    """Do the same work on many devices and return what became of each, in their order.

    One bad device never stops the others.

    Args:
        devices: Where to work.
        work: Coroutine function that is given the device's session.
        concurrency: Sessions at a time.
        timeout: Seconds for one device, from connecting to the end of its work.
    """
    return asyncio.run(run_async(devices, work, concurrency, timeout))


async def run_async(
    devices: Iterable[Device], work: Work, concurrency: int = 50, timeout_s: float = 60.0
) -> dict[str, DeviceResult]:
    """Do what `run` does, inside an event loop that already runs."""
    slots = asyncio.Semaphore(concurrency)

    async def one(device: Device) -> DeviceResult:
        async with slots:
            return await _attempt(device, work, timeout_s)

    todo = list(devices)
    results = await asyncio.gather(*(one(device) for device in todo))
    return {device.name: result for device, result in zip(todo, results, strict=True)}


async def _attempt(device: Device, work: Work, timeout_s: float) -> DeviceResult:
    try:
        async with asyncio.timeout(timeout_s), connect(device, timeout_s) as session:
            return await work(session)
    except TimeoutError:
        return DeviceResult(
            "unreachable",
            f"{device.name}: not done within {timeout_s:g} s; its state is not known: run it again",
        )
    except FleetError as error:
        return failure(error)
    except Exception as error:  # noqa: BLE001
        # A fault of ours on one device must not cost the others their results.
        _log.exception("%s: unexpected", device.name)
        return DeviceResult("failed", f"{device.name}: {type(error).__name__}: {error}")


def failure(error: FleetError) -> DeviceResult:
    """Return the result that stands for an error."""
    status: ResultStatus = "unreachable" if isinstance(error, Unreachable) else "failed"
    return DeviceResult(status, str(error))
