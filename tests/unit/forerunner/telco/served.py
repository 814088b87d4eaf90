"""A server of the lab's, or a scripted one, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from forerunner.telco import Subscriber, SubscriberSystem
from forerunner.telco.hss import open_system

Act = Callable[[SubscriberSystem], Awaitable[Any]]
PROFILE = {"apn": "internet", "ambr_ul": "1000", "ambr_dl": "2000"}
_DIAMETER = {"host": "127.0.0.1", "origin_host": "hss", "realm": "lab", "mcc": "001", "mnc": "01"}


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serve on a free port of the loopback, and yield the URL."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def ask_hss(app: web.Application, act: Act, settings: dict[str, Any]) -> Any:
    """Return what a client gets of an HSS that is served for as long."""

    async def whole() -> Any:
        async with served(app) as url:
            usual = {"url": url, "profiles": {"basic": PROFILE}, "diameter": _DIAMETER}
            system = await open_system("hss1", {**usual, **settings})
            try:
                return await act(system)
            finally:
                await system.aclose()

    return asyncio.run(whole())


def secret_file(path: Path, text: str) -> str:
    """Write a secret, and return its path."""
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def sim(number: int) -> Subscriber:
    key = f"{number:032x}"
    return Subscriber(
        f"00101{number:010d}", f"894910{number:013d}", f"88239{number:07d}", key, key, "basic"
    )
