"""G-Port as a subscriber system: what stands for a subscriber is the entry of its number."""

from collections.abc import AsyncIterator, Sequence

from forerunner.telco.contract import Change, Record, Subscriber
from forerunner.telco.errors import TelcoError
from forerunner.telco.gport import listing
from forerunner.telco.gport.blocks import Holdings
from forerunner.telco.gport.client import Client
from forerunner.telco.gport.entity import is_msisdn
from forerunner.telco.gport.reading import Reading
from forerunner.telco.gport.settings import Settings
from forerunner.telco.gport.steps import steps_of
from forerunner.telco.gport.writing import Writing

_MSISDN = "the MSISDN is not 7 to 15 digits"


class GPort:
    """EAGLE G-Port over the PDBI.

    A number of ours has an entry with our signalling point, one that was ported out an entry with
    the routing number of its network, one that was terminated none. Neither the IMSI nor whether a
    subscriber is suspended is known here, so swapping a SIM changes nothing.

    Args:
        settings: How it is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.name
        self._settings, self._client = settings, Client(settings)

    def expected(self, subscriber: Subscriber) -> Record | None:
        """Return the record that it is to hold: `msisdn`, `sp` or `rn`, `pt`.

        Raises:
            TelcoError: The profile is unknown, or the routing number is none.
        """
        return self._settings.target(subscriber).record(subscriber.msisdn)

    async def read(self, subscribers: Sequence[Subscriber]) -> list[Record | None]:
        """Return what holds for each one's number, be it an entry of its own or a block.

        Raises:
            SystemUnreachable: It does not answer.
            TelcoError: It answers what cannot be understood, or a number is none.
        """
        if not subscribers:
            return []
        held = await self._held([each.msisdn for each in subscribers])
        records: list[Record | None] = []
        for each in subscribers:
            target = held.target(int(each.msisdn))
            records.append(target.record(each.msisdn) if target else None)
        return records

    async def taken(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Return `msisdn` for each whose number has an entry or is in a block; else empty."""
        return ["msisdn" if each else "" for each in await self.read(subscribers)]

    async def _held(self, numbers: Sequence[str]) -> Holdings:
        if not all(map(is_msisdn, numbers)):
            raise TelcoError(self.name, f"{_MSISDN}; nothing was asked for")
        reading = Reading(sorted({int(each) for each in numbers}), self.name)
        async with self._client.transaction("read", reading.first()) as work:
            reading.take(await work.ask(reading.second(work.answers)))
            await work.commit()
        return reading.holdings

    async def bring(self, changes: Sequence[Change]) -> list[str]:
        """Make each change, from wherever between before and after it stands.

        Numbers that follow each other go in one command. What is only entered is not read first.

        Returns:
            The problem of each; empty where it stands as wanted.

        Raises:
            SystemUnreachable: It does not answer, or the connection broke; the transaction that was
                open is undone.
            TelcoError: It answers what cannot be understood.
        """
        steps, problems = steps_of(changes, self._settings)
        writing = Writing(self._client, self._settings)
        fresh = [each for each in steps if each.before is None and each.after is not None]
        others = [each for each in steps if each.before is not None or each.after is None]
        others += await writing.enter(fresh)
        await writing.change(sorted(others, key=lambda each: each.number))
        for step in steps:
            for owner in step.owners:
                problems[owner] = problems[owner] or writing.problems.get(step.number, "")
        return problems

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield a record for each number that has an entry or is in a block, by thousands.

        The numbers of a block are made one by one, also of one with millions of them.
        """
        async for records in listing.everything(self._client, self.name):
            yield records

    async def aclose(self) -> None:
        """Leave it."""
        await self._client.aclose()
