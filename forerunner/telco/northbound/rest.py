"""REST with many records a message: apply, query, and a list by pages."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from jinja2 import Template

from forerunner.telco.contract import Record
from forerunner.telco.errors import TelcoError
from forerunner.telco.northbound.http import Http
from forerunner.telco.northbound.settings import Settings
from forerunner.telco.northbound.style import Act, Entry, Found

_PAGE = 5000
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,31}")


class Rest:
    """The client.

    Args:
        settings: What the interface is like.
        template: Of one record in a message.
    """

    hidden: frozenset[str] = frozenset()

    def __init__(self, settings: Settings, template: Template) -> None:
        self._settings, self._template = settings, template
        self._http = Http(settings.where, self._headers)

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Post changes, and return the problem of each; empty for none.

        Raises:
            SystemUnreachable: It does not answer, or not now.
            TelcoError: It answers what cannot be understood.
        """
        # It has no record without a number.
        act = "remove" if act == "free" else act
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
            before, after = after, records[-1].get("imsi", "")
            # One that does not go on from there would be listed for ever.
            self._see(after.isascii() and after.isdigit() and after > before)

    async def aclose(self) -> None:
        """End the connection."""
        await self._http.aclose()

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
        # What it says may hold what it was sent: nothing as long as a key is a code.
        code = result.get("code")
        fits = isinstance(code, str) and _CODE.fullmatch(code)
        return f"it refuses it ({code if fits else 'no code'})"

    def _record(self, data: Any) -> Record:
        self._see(isinstance(data, Mapping))
        return self._settings.words.ours(data)

    async def _asked(self, method: str, path: str, body: str, name: str) -> list[Any]:
        status, raw = await self._http.ask(method, path, body.encode())
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

    def _headers(self) -> Mapping[str, str]:
        token = self._settings.token()
        said = {"Authorization": f"Bearer {token}"} if token else {}
        return {"Content-Type": "application/json", **said}
