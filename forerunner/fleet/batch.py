"""Many devices from one process: one coroutine a device, as many at once as allowed."""

import asyncio
import getpass
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import uvloop

from forerunner.errors import ForerunnerError
from forerunner.fleet.device import Device, DeviceResult, ResultStatus
from forerunner.fleet.errors import Unreachable
from forerunner.fleet.opening import connect
from forerunner.fleet.progress import Progress, Report
from forerunner.fleet.session import Session

Work = Callable[[Session], Awaitable[DeviceResult]]
Visit = Callable[[Device], Awaitable[DeviceResult]]

ATTEMPTS = 3
# A device that takes the connection and says nothing must not use up the time for trying again.
_CONNECT_SHARE = 1 / 3
_LEAST_CONNECT_S = 5.0

_log = logging.getLogger(__name__)


def run(
    devices: Iterable[Device],
    work: Work,
    concurrency: int = 50,
    timeout: float = 60.0,
    report: Report | None = None,
) -> dict[str, DeviceResult]:
    """Do the same work on many devices and return what became of each, in their order.

    One bad device never stops the others. Connecting is tried again, with jitter; the work never
    is, for nobody knows how much of it was done.

    Args:
        devices: Where to work.
        work: Coroutine function that is given the device's session. What it puts into its
            result's data is held until the last device is done: put large answers away instead.
        concurrency: Sessions at a time.
        timeout: Seconds for one device, from connecting to the end of its work.
        report: Takes a line every few seconds: how many of how many, and which failed.
    """
    # asyncssh asks who we are for each connection: the environment answers faster than the system.
    os.environ.setdefault("LOGNAME", getpass.getuser())
    return uvloop.run(run_async(devices, work, concurrency, timeout, report))


async def run_async(
    devices: Iterable[Device],
    work: Work,
    concurrency: int = 50,
    timeout_s: float = 60.0,
    report: Report | None = None,
) -> dict[str, DeviceResult]:
    """Do what `run` does, inside an event loop that already runs."""

    async def visit(device: Device) -> DeviceResult:
        async with open_session(device, timeout_s) as session:
            return await work(session)

    return await visit_all(devices, visit, concurrency, timeout_s, report)


def open_session(device: Device, timeout_s: float) -> AbstractAsyncContextManager[Session]:
    """Return a session for work on one device, to be entered.

    Args:
        device: The device.
        timeout_s: Its whole time; a third of it, and at least five seconds, is for connecting.
    """
    connect_s = min(timeout_s, max(_LEAST_CONNECT_S, timeout_s * _CONNECT_SHARE))
    return connect(device, connect_s, ATTEMPTS)


async def visit_all(
    devices: Iterable[Device],
    visit: Visit,
    concurrency: int = 50,
    timeout_s: float = 60.0,
    report: Report | None = None,
) -> dict[str, DeviceResult]:
    """Do what `run_async` does with work that opens its own way to each device."""
    todo = list(devices)
    results = dict.fromkeys([device.name for device in todo], DeviceResult("failed"))
    rest = iter(todo)
    progress = Progress(len(todo), report or _log.info)

    async def worker() -> None:
        # A worker a slot rather than a task a device: what waits costs nothing.
        for device in rest:
            results[device.name] = result = await _attempt(device, visit, timeout_s)
            progress.add(device.name, result)

    async with _in_background(progress.run() if report else None):
        await asyncio.gather(*(worker() for _ in range(min(concurrency, len(todo)))))
    return results


@asynccontextmanager
async def _in_background(work: Awaitable[None] | None) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work) if work is not None else None
    try:
        yield
    finally:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _attempt(device: Device, visit: Visit, timeout_s: float) -> DeviceResult:
    try:
        async with asyncio.timeout(timeout_s):
            return await visit(device)
    except TimeoutError:
        return DeviceResult(
            "unreachable",
            f"{device.name}: not done within {timeout_s:g} s; its state is not known: run it again",
        )
    except ForerunnerError as error:
        return failure(error)
    except Exception as error:  # noqa: BLE001
        # A fault of ours on one device must not cost the others their results.
        _log.exception("%s: unexpected", device.name)
        return DeviceResult("failed", f"{device.name}: {type(error).__name__}: {error}")


def failure(error: ForerunnerError) -> DeviceResult:
    """Return the result that stands for an error."""
    status: ResultStatus = "unreachable" if isinstance(error, Unreachable) else "failed"
    return DeviceResult(status, str(error))
