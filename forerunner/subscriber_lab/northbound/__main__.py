"""Runs a stand-in: `python -m forerunner.subscriber_lab.northbound DIRECTORY`."""

import asyncio
import hmac
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from forerunner.subscriber_lab.northbound.store import Store

_LARGEST = 32 * 1024 * 1024
_PAGE = 5000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(home: Path) -> web.Application:
    """Return the server's application."""
    told = json.loads((home / "server.json").read_text())
    store = Store(home / "records.sqlite", told["imsi"], told["msisdn"])

    async def apply(request: web.Request) -> web.Response:
        return web.json_response({"results": store.apply((await request.json())["items"])})

    async def query(request: web.Request) -> web.Response:
        ((name, values),) = (await request.json()).items()
        return web.json_response({"items": store.find(name, values)})

    async def listed(request: web.Request) -> web.Response:
        limit = min(_PAGE, int(request.query.get("limit", _PAGE)))
        return web.json_response({"items": store.page(request.query.get("after", ""), limit)})

    guarded = _guarded((home / "token").read_text())
    app = web.Application(middlewares=[guarded], client_max_size=_LARGEST)
    app.add_routes([web.post("/apply", apply), web.post("/query", query)])
    app.add_routes([web.get("/records", listed)])
    if told.get("lots"):
        app.cleanup_ctx.append(partial(_lots, home, store, {**told, **told["lots"]}))
    return app


async def _lots(
    home: Path, store: Store, told: Mapping[str, Any], _app: web.Application
) -> AsyncIterator[None]:
    """Take lots while the server stands."""
    from forerunner.subscriber_lab.northbound import lot_server
    from forerunner.subscriber_lab.northbound.lot_files import LotFiles
    from forerunner.subscriber_lab.northbound.lot_processor import LotProcessor

    files = LotFiles(home / lot_server.FILES, told)
    files.tidy()
    processor = LotProcessor(files, store, told)
    working = asyncio.create_task(processor.run())
    acceptor = await lot_server.serve(home, told, processor.came.set)
    yield
    acceptor.close()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _guarded(token: str) -> Middleware:
    """Return what lets nobody in without the token."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return web.json_response({"error": "unauthorized"}, status=401)
        return await handler(request)

    return guarded


def main(home: Path, beside: Mapping[int, web.Application] | None = None) -> None:
    """Serve until stopped.

    Args:
        home: The stand-in's directory.
        beside: What else is served at its address, by port.
    """
    told: dict[str, Any] = json.loads((home / "server.json").read_text())
    app = application(home)
    for port, other in (beside or {}).items():
        app.cleanup_ctx.append(partial(_served, other, told["address"], port))
    web.run_app(app, host=told["address"], port=told["port"], print=None, access_log=None)


async def _served(
    other: web.Application, address: str, port: int, _app: web.Application
) -> AsyncIterator[None]:
    """Serve another application while the server stands."""
    runner = web.AppRunner(other, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, address, port).start()
    yield
    await runner.cleanup()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
