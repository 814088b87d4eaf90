"""REST with many records a message: apply, query, and a list by pages."""

import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from jinja2 import Template

from forerunner.telco.contract import Record
from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.northbound.settings import Settings
from forerunner.telco.northbound.style import Act, Entry, Found

_PAGE = 5000
_RETRIED = frozenset({429, 502, 503, 504})


class Rest:
    """The client.

    Args:
        settings: What the interface is like.
        template: Of one record in a message.
    """

    def __init__(self, settings: Settings, template: Template) -> None:
        self._settings, self._template = settings, template
        self._session: ClientSession | None = None

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Post changes, and return the problem of each; empty for none.

        Raises:
            SystemUnreachable: It does not answer, or not now.
            TelcoError: It answers what cannot be understood.
        """
        problems: list[str] = []
        for first in range(0, len(entries), self._settings.batch):
            some = [self._item(act, x) for x in entries[first : first + self._settings.batch]]
            body = '{"items": [' + ", ".join(some) + "]}"
            results = await self._asked("POST", self._settings.apply_path, body, "results")
            self._see(len(results) == len(some))
            problems += [self._problem(each) for each in results]
        return problems

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        """Return the records of IMSIs, in their order; None for none."""
        found: list[Found] = []
        for first in range(0, len(imsis), self._settings.batch):
            some = list(imsis[first : first + self._settings.batch])
            body = json.dumps({self._settings.fields["imsi"]: some})
            records = await self._asked("POST", self._settings.query_path, body, "items")
            self._see(len(records) == len(some))
            found += [None if each is None else self._record(each) for each in records]
        return found

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        """Return which MSISDNs have a record."""
        found: list[bool] = []
        for first in range(0, len(msisdns), self._settings.batch):
            some = list(msisdns[first : first + self._settings.batch])
            body = json.dumps({self._settings.fields["msisdn"]: some})
            records = await self._asked("POST", self._settings.query_path, body, "items")
            self._see(len(records) == len(some))
            found += [each is not None for each in records]
        return found

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all records, a page at a time."""
        after = ""
        while True:
            path = f"{self._settings.list_path}?after={after}&limit={_PAGE}"
            records = [self._record(each) for each in await self._asked("GET", path, "", "items")]
            if not records:
                return
            yield records
            after = records[-1]["imsi"]
            self._see(after.isascii() and after.isdigit())

    async def aclose(self) -> None:
        """End the connection."""
        if self._session:
            await self._session.close()

    def _item(self, act: Act, entry: Entry) -> str:
        if entry.record is None:
            return f'{{"act": "{act}", "imsi": "{entry.imsi}"}}'
        record = self._template.render(
            record=entry.record, fields=self._settings.fields, states=self._settings.states
        )
        return f'{{"act": "{act}", "imsi": "{entry.imsi}", "record": {record}}}'

    def _problem(self, result: Any) -> str:
        self._see(isinstance(result, Mapping))
        if result.get("ok") is True:
            return ""
        # What it says may hold what it was sent.
        return f"it refuses it ({str(result.get('code', 'no code'))[:40]})"

    def _record(self, data: Any) -> Record:
        self._see(isinstance(data, Mapping))
        return self._settings.words.ours(data)

    async def _asked(self, method: str, path: str, body: str, name: str) -> list[Any]:
        session = self._opened()
        content = {"data": body.encode()} if body else {}
        try:
            async with session.request(method, self._settings.url + path, **content) as answer:  # type: ignore[arg-type]
                raw, status = await answer.read(), answer.status
        except (ClientError, TimeoutError, OSError) as error:
            problem = f"{self._settings.url} does not answer ({type(error).__name__})"
            raise SystemUnreachable(self._settings.name, problem) from None
        if status in _RETRIED:
            raise SystemUnreachable(self._settings.name, f"it answers {status}: not now")
        if status != 200:
            raise TelcoError(self._settings.name, f"it answers {status} to {method} {path}")
        return self._listed(raw, name)

    def _listed(self, raw: bytes, name: str) -> list[Any]:
        try:
            data = json.loads(raw)
        except ValueError:
            data = None
        found = data.get(name) if isinstance(data, Mapping) else None
        self._see(isinstance(found, list))
        return list(found or [])

    def _see(self, fine: bool) -> None:
        if not fine:
            raise TelcoError(self._settings.name, "it answers what cannot be understood")

    def _opened(self) -> ClientSession:
        if self._session is None or self._session.closed:
            token = self._settings.token()
            headers = {"Content-Type": "application/json"}
            headers |= {"Authorization": f"Bearer {token}"} if token else {}
            file = self._settings.ca_file
            context = ssl.create_default_context(cafile=file) if file else True
            self._session = ClientSession(
                connector=TCPConnector(ssl=context, limit=4),
                timeout=ClientTimeout(total=self._settings.timeout),
                headers=headers,
            )
        return self._session
