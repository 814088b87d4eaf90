"""A back office that takes lots: what `Style` asks of it, in files."""

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import BinaryIO, TypeVar

from forerunner.telco.contract import Record
from forerunner.telco.errors import TelcoError
from forerunner.telco.northbound.lots import reading
from forerunner.telco.northbound.lots.cells import is_number
from forerunner.telco.northbound.lots.drop import Drop
from forerunner.telco.northbound.lots.exchange import Exchange
from forerunner.telco.northbound.lots.reading import Result
from forerunner.telco.northbound.lots.settings import LotSettings
from forerunner.telco.northbound.lots.writing import lot_of, row_problem
from forerunner.telco.northbound.style import Act, Entry, Found, NoAnswer, told

_Item = TypeVar("_Item")

_SOME = 5000
_NOT_NAMED = "its result does not name this row; see the lot where the system keeps it"
_NO_NUMBER = "an IMSI or MSISDN that is asked for is no number"


class Lots:
    """The client.

    Args:
        settings: What the interface is like.
    """

    hidden: frozenset[str] = frozenset()

    def __init__(self, settings: LotSettings) -> None:
        self._settings, self._layout, self._words = settings, settings.layout, settings.words
        self._drop = Drop(settings)
        self._exchange = Exchange(settings, self._drop)

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Give changes, and return the problem of each; empty for none.

        A row that is refused here, for what it holds, reaches no file; the others go on.
        """
        # It has no record without a number.
        act = "remove" if act == "free" else act
        rows = [self._row(each) for each in entries]
        problems = [row_problem(self._layout, row) or _numbers_problem(row) for row in rows]
        good = [at for at, problem in enumerate(problems) if not problem]
        for some in self._batches(good):
            found = await self._asked(act, [rows[at] for at in some])
            for number, at in enumerate(some, 1):
                problems[at] = self._problem(act, found.get(number))
        return problems

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        """Return the records of IMSIs, in their order; None for none."""
        return await self._found("imsi", imsis)

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        """Return which MSISDNs have a record.

        Raises:
            TelcoError: It does not say so of each; none is taken for free then.
        """
        found = told(self._settings.name, await self._found("msisdn", msisdns))
        return [each is not None for each in found]

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all records: of one export, which is there to its last line before the first."""
        lot = lot_of(self._layout, "export", [{}], once=_once())
        with await self._exchange.ask(lot, self._checked) as file:
            some: list[Record] = []
            for result in reading.in_order(file, self._layout):
                some.append(self._words.ours(result.fields))
                if len(some) == _SOME:
                    yield some
                    some = []
            if some:
                yield some

    async def aclose(self) -> None:
        """End the connection."""
        await self._drop.aclose()

    async def _found(self, name: str, values: Sequence[str]) -> list[Found]:
        found: list[Found] = [NoAnswer(_NO_NUMBER)] * len(values)
        for some in self._batches([at for at, value in enumerate(values) if is_number(value)]):
            rows = [{name: values[at]} for at in some]
            results = await self._asked("read", rows, once=_once())
            for number, at in enumerate(some, 1):
                found[at] = self._record(results.get(number), name, values[at])
        return found

    async def _asked(
        self, action: str, rows: Sequence[Mapping[str, str]], once: str = ""
    ) -> dict[int, Result]:
        def read(file: BinaryIO) -> dict[int, Result]:
            with file:
                return reading.by_row(file, self._layout, len(rows))

        return await self._exchange.ask(lot_of(self._layout, action, rows, once), read)

    def _checked(self, file: BinaryIO) -> BinaryIO:
        """Return an export that was read to its end once, so that all of it is believed."""
        codes = {result.code for result in reading.in_order(file, self._layout)}
        if codes - {self._layout.codes["done"]}:
            raise reading.BadResult("a row of an export has the code of a refusal")
        return file

    def _row(self, entry: Entry) -> Mapping[str, str]:
        if entry.record is None:
            return {"imsi": entry.imsi}
        return self._words.theirs(entry.record)

    def _problem(self, act: Act, result: Result | None) -> str:
        codes = self._layout.codes
        if result is None:
            return _NOT_NAMED
        fine = (codes["done"], codes["absent"]) if act == "remove" else (codes["done"],)
        return "" if result.code in fine else f"it refuses it ({result.code})"

    def _record(self, result: Result | None, name: str, value: str) -> Found:
        if result is None:
            return NoAnswer(_NOT_NAMED)
        if result.code == self._layout.codes["absent"]:
            return None
        if result.code != self._layout.codes["done"]:
            return NoAnswer(f"it does not say what it holds ({result.code})")
        record = self._words.ours(result.fields)
        if record.get(name) != value:
            raise TelcoError(self._settings.name, "it answers with somebody else's record")
        return record

    def _batches(self, items: Sequence[_Item]) -> Iterable[Sequence[_Item]]:
        size = self._settings.batch
        return (items[first : first + size] for first in range(0, len(items), size))


def _numbers_problem(row: Mapping[str, str]) -> str:
    bad = [each for each in ("imsi", "iccid", "msisdn") if each in row and not is_number(row[each])]
    return f"its {bad[0]} is no number" if bad else ""


def _once() -> str:
    """Return what tells a lot that only reads from others: several may ask the same at once."""
    return secrets.token_hex(8)
