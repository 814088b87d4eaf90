"""The lab's PyHSS flavour: its REST interface with all that a client has to beware of.

Written from what PyHSS 1.0.2 does (services/apiService.py), apart from the client. On PostgreSQL an
object that is refused, one that is missing and one that is there twice are all answered by 200 and
`null`; on SQLite a refused one by 400 with everything that was sent in the text.
"""

import hmac
import json
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from forerunner.subscriber_lab.hss.pyhss_store import Object, PyHssStore

_HIDDEN = ("opc", "ki")
_PAGE = 100
_KINDS = "{kind:apn|auc|subscriber}"
_LOOKED_UP = "{name:imsi|msisdn|iccid}"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PyHssApi:
    """The interface.

    Args:
        store: What it holds.
        key: The Provisioning-Key, without which nobody writes.
        database: `postgresql` or `sqlite`: what it says where an object is refused.
    """

    def __init__(self, store: PyHssStore, key: str, database: str = "postgresql") -> None:
        self._store, self._key, self._database = store, key, database

    def application(self) -> web.Application:
        """Return the server's application."""
        app = web.Application(middlewares=[self._guarded, self._answering])
        app.add_routes(
            [
                web.put(f"/{_KINDS}/", self._put),
                web.get(f"/{_KINDS}/list", self._list),
                web.get(f"/{_KINDS}/{_LOOKED_UP}/{{value}}", self._find),
                web.get(f"/{_KINDS}/{{id}}", self._get),
                web.patch(f"/{_KINDS}/{{id}}", self._patch),
                web.delete(f"/{_KINDS}/{{id}}", self._delete),
            ]
        )
        return app

    async def _put(self, request: web.Request) -> web.StreamResponse:
        data = {**await request.json(), "last_modified": _now()}
        # PyHSS shows the keys here.
        return web.json_response(self._store.create(request.match_info["kind"], data))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        page, size = (
            int(request.query.get(name, usual))
            for name, usual in (("page", 0), ("page_size", _PAGE))
        )
        objects = self._store.page(request.match_info["kind"], page, size)
        return web.json_response([_shown(each) for each in objects])

    async def _find(self, request: web.Request) -> web.StreamResponse:
        asked = request.match_info
        return web.json_response(
            _shown(self._store.one(asked["kind"], asked["name"], asked["value"]))
        )

    async def _get(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        return web.json_response(
            _shown(self._store.one(kind, f"{kind}_id", request.match_info["id"]))
        )

    async def _patch(self, request: web.Request) -> web.StreamResponse:
        data = {**await request.json(), "last_modified": _now()}
        kind, number = request.match_info["kind"], int(request.match_info["id"])
        return web.json_response(_shown(self._store.update(kind, number, data)))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        self._store.delete(request.match_info["kind"], int(request.match_info["id"]))
        return web.json_response({"Result": "OK"})

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let nobody write without the key; whoever asks may read."""
        given = request.headers.get("Provisioning-Key", "")
        if request.method != "GET" and not hmac.compare_digest(given, self._key):
            said = {"Result": "Unauthorized - Provisioning-Key Invalid"}
            return web.json_response(said, status=401)
        return await handler(request)

    @web.middleware
    async def _answering(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer errors as PyHSS does."""
        try:
            return await handler(request)
        except LookupError:
            return web.json_response(None)
        except sqlite3.IntegrityError as error:
            return await self._refusal(request, error)
        except TypeError as error:
            said = {"result": "Failed", "reason": f"An internal server error occurred: {error}"}
            return web.json_response(said, status=500)

    async def _refusal(self, request: web.Request, error: Exception) -> web.StreamResponse:
        if self._database == "postgresql":
            return web.json_response(None)
        sent: Any = json.loads(await request.text() or "{}")
        parameters = f"[parameters: {tuple(sent.values())}]"
        reason = (
            f"A database integrity error occurred: (sqlite3.IntegrityError) {error} {parameters}"
        )
        return web.json_response({"result": "Failed", "reason": reason}, status=400)


def _shown(data: Object) -> Object:
    return {name: value for name, value in data.items() if name not in _HIDDEN}


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
