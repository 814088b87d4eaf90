"""How fast a system is asked, and how patiently: by orders and by repairs alike."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential

from forerunner.orders import pulse
from forerunner.telco import SystemUnreachable

_Answer = TypeVar("_Answer")
_Item = TypeVar("_Item")


async def answered(ask: Callable[[], Awaitable[_Answer]], patience_s: float) -> _Answer:
    """Ask, again while the system does not answer: whatever it is asked may be repeated.

    Args:
        ask: Asks once.
        patience_s: Seconds for which it is tried.

    Raises:
        SystemUnreachable: It did not answer for as long as that.
    """
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(SystemUnreachable),
        wait=wait_exponential(0.2, max=5),
        stop=stop_after_delay(patience_s),
        reraise=True,
    ):
        with attempt:
            return await ask()
    raise AssertionError("a retrying either returns or raises")


async def kept(act: Awaitable[_Answer], permit: Callable[[], None]) -> _Answer:
    """Await a writing, and keep the leave for it meanwhile; without leave it is broken off.

    Args:
        act: The writing.
        permit: Asked every few seconds; raises to end it.
    """
    task = asyncio.ensure_future(act)
    try:
        while not (await asyncio.wait({task}, timeout=pulse.EVERY_S))[0]:
            permit()
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def paced(
    items: Sequence[_Item], rate: float, permit: Callable[[], None]
) -> AsyncIterator[Sequence[_Item]]:
    """Yield items in parts, no faster than the system is to be asked.

    Args:
        items: Whatever is written.
        rate: Items a second at the most; 0 for all at once.
        permit: Asked every few seconds, to keep the leave to write.
    """
    part = max(1, min(len(items), int(rate)) if rate else len(items))
    for first in range(0, len(items), part):
        due = time.monotonic() + (part / rate if rate else 0.0)
        yield items[first : first + part]
        while (left := due - time.monotonic()) > 0:
            await asyncio.sleep(min(left, pulse.EVERY_S))
            if left > pulse.EVERY_S:
                permit()
