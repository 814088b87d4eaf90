"""PyHSS's REST interface, whose answers are not what they seem.

It answers 200 and `null` where there is no such object, where it refuses one (PostgreSQL), and also
where its database has no connection to spare; 400 with the keys in the text where it refuses one on
SQLite or MySQL. So nothing counts as written without the object in the answer, and no body of an
answer is ever shown. Source: PyHSS 1.0.2, services/apiService.py and lib/database.py.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.hss.pyhss.settings import PyHssSettings
from forerunner.telco.northbound import Http

Kind = Literal["apn", "auc", "subscriber"]
Object = Mapping[str, Any]
"""As it says it; the keys of an AuC object are left out unless `enable_insecure_auc` is set."""

_PAGE = 1000
_OK, _REFUSED, _UNAUTHORIZED = 200, 400, 401


class Api:
    """The interface.

    Its methods raise `SystemUnreachable` where it does not answer or cannot now, and `TelcoError`
    where it answers what cannot be understood.

    Args:
        settings: Where it is.
    """

    def __init__(self, settings: PyHssSettings) -> None:
        self._name, self._key = settings.where.name, settings.key
        self._http = Http(settings.where, self._headers)

    async def get(self, path: str) -> Object | None:
        """Return an object; None where it shows none."""
        status, raw = await self._http.ask("GET", f"/{path}")
        if status == _REFUSED:
            raise SystemUnreachable(self._name, "its database does not answer it (400)")
        return self._object(self._answer(status, raw, path))

    async def put(self, kind: Kind, body: str) -> int | None:
        """Make an object, and return its number; None where it is refused."""
        status, raw = await self._http.ask("PUT", f"/{kind}/", body.encode())
        if status == _REFUSED:
            return None
        made = self._object(self._answer(status, raw, f"{kind}/"))
        number = made and made.get(f"{kind}_id")
        return number if isinstance(number, int) else None

    async def patch(self, kind: Kind, number: int, body: str) -> Object | None:
        """Change an object, and return it as it is now; None where that is refused."""
        path = f"{kind}/{number}"
        status, raw = await self._http.ask("PATCH", f"/{path}", body.encode())
        if status == _REFUSED:
            return None
        return self._object(self._answer(status, raw, path))

    async def delete(self, kind: Kind, number: int) -> bool:
        """Delete an object, and return whether it says so."""
        path = f"{kind}/{number}"
        status, raw = await self._http.ask("DELETE", f"/{path}")
        if status == _REFUSED:
            return False
        said = self._object(self._answer(status, raw, path))
        return said is not None and said.get("Result") == "OK"

    async def all(self, kind: Kind) -> AsyncIterator[Sequence[Object]]:
        """Yield all objects of a kind, by pages.

        Raises:
            TelcoError: It showed one twice. Its pages have no order, so another was left out then.
        """
        seen: set[Any] = set()
        for page in range(1_000_000):
            path = f"{kind}/list?page={page}&page_size={_PAGE}"
            objects = self._objects(self._answer(*await self._http.ask("GET", f"/{path}"), path))
            if not objects:
                return
            numbers = [each.get(f"{kind}_id") for each in objects]
            if len(seen.union(numbers)) < len(seen) + len(numbers):
                problem = "its list moved while it was read; read it when nobody writes to it"
                raise TelcoError(self._name, problem)
            seen.update(numbers)
            yield objects

    async def aclose(self) -> None:
        """End the connections."""
        await self._http.aclose()

    def _headers(self) -> Mapping[str, str]:
        key = self._key.read()
        said = {"Provisioning-Key": key} if key else {}
        return {"Content-Type": "application/json", **said}

    def _answer(self, status: int, raw: bytes, path: str) -> Any:
        if status == _UNAUTHORIZED:
            problem = "it does not take its Provisioning-Key; see hss_subscriber_token_file"
            raise TelcoError(self._name, problem)
        if status != _OK:
            raise TelcoError(self._name, f"it answers {status} to {path.partition('?')[0]}")
        try:
            return json.loads(raw)
        except ValueError:
            raise self._strange() from None

    def _object(self, data: Any) -> Object | None:
        if data is not None and not isinstance(data, dict):
            raise self._strange()
        return data

    def _objects(self, data: Any) -> Sequence[Object]:
        if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
            raise self._strange()
        return data

    def _strange(self) -> TelcoError:
        return TelcoError(self._name, "it answers what cannot be understood; is it a PyHSS?")
