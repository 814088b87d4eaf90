"""An HSS that speaks CAI3G: what `Style` asks of it, one managed object a subscriber."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from forerunner.telco.contract import Record
from forerunner.telco.errors import TelcoError
from forerunner.telco.hss.soap.messages import Answer
from forerunner.telco.hss.soap.session import Session
from forerunner.telco.hss.soap.settings import SoapSettings
from forerunner.telco.northbound import Act, Entry, Found, NoAnswer, each_of, told


class Soap:
    """The client.

    Args:
        settings: Where it is.
    """

    # No HSS tells keys again.
    hidden = frozenset({"k", "opc"})

    def __init__(self, settings: SoapSettings) -> None:
        self._settings, self._session = settings, Session(settings)
        self._type, _, self._namespace = settings.cai3g.type.partition("@")
        self._slots = asyncio.Semaphore(settings.where.connections)

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Do one thing with records, and return the problem of each; empty for none."""
        acts: Mapping[Act, Callable[[Entry], Awaitable[str]]] = {
            "add": self._add, "put": self._put, "free": self._remove, "remove": self._remove
        }  # fmt: skip
        return await each_of(entries, acts[act], self._slots)

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        """Return the records of IMSIs, in their order; None for none."""
        return await each_of(imsis, lambda imsi: self._found("imsi", imsi), self._slots)

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        """Return which MSISDNs have a record.

        Raises:
            TelcoError: It does not say so of each; none is taken for free then.
        """
        found = await each_of(msisdns, lambda each: self._found("msisdn", each), self._slots)
        return [each is not None for each in told(self._settings.where.name, found)]

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield nothing: CAI3G lists no objects, so whoever compares asks for each."""
        nothing: Sequence[Sequence[Record]] = ()
        for some in nothing:
            yield some

    async def aclose(self) -> None:
        """Log out and end the connections."""
        await self._session.aclose()

    async def _add(self, entry: Entry) -> str:
        return _problem(await self._asked("Create", entry.imsi, entry.record))

    async def _put(self, entry: Entry) -> str:
        answer = await self._asked("Set", entry.imsi, entry.record)
        if self._absent(answer):
            answer = await self._asked("Create", entry.imsi, entry.record)
        return _problem(answer)

    async def _remove(self, entry: Entry) -> str:
        answer = await self._asked("Delete", entry.imsi, None)
        return "" if self._absent(answer) else _problem(answer)

    async def _found(self, name: str, value: str) -> Found:
        answer = await self._asked("Get", value, None, name)
        if self._absent(answer):
            return None
        if answer.codes:
            return NoAnswer(f"it does not say what it holds ({'/'.join(answer.codes)})")
        record = self._settings.words.ours(answer.fields)
        if record.get(name) != value:
            problem = "it answers with somebody else's record, or with none"
            raise TelcoError(self._settings.where.name, problem)
        return {key: text for key, text in record.items() if key not in self.hidden}

    async def _asked(
        self, operation: str, value: str, record: Record | None, name: str = "imsi"
    ) -> Answer:
        words = self._settings.words
        return await self._session.ask(
            operation,
            type=self._type,
            namespace=self._namespace,
            key=words.fields[name],
            value=value,
            record=words.theirs(record) if record else None,
            fields=words.fields,
        )

    def _absent(self, answer: Answer) -> bool:
        return answer.reason in self._settings.cai3g.absent


def _problem(answer: Answer) -> str:
    return f"it refuses it ({'/'.join(answer.codes)})" if answer.codes else ""
