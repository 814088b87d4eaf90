"""osmo-hlr as a subscriber system."""

from collections.abc import AsyncIterator, Sequence

from forerunner.telco.contract import Change, Record, Subscriber
from forerunner.telco.errors import TelcoError
from forerunner.telco.hlr import entry
from forerunner.telco.hlr.control import Command, Control, Reply
from forerunner.telco.hlr.listing import identities
from forerunner.telco.hlr.proof import Prover
from forerunner.telco.hlr.settings import Settings
from forerunner.telco.hlr.writing import Writing

_NONE = "No such subscriber."
_SOME = 2000


class Hlr:
    """osmo-hlr over its control interface.

    Its SQL is never touched while it runs: that would take the service from whoever registers.

    Args:
        settings: How it is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.name
        self._settings, self._control = settings, Control(settings)

    def expected(self, subscriber: Subscriber) -> Record | None:
        """Return the record that it is to hold."""
        return entry.record_of(subscriber)

    async def read(self, subscribers: Sequence[Subscriber]) -> list[Record | None]:
        """Return what it holds under each one's IMSI.

        Raises:
            SystemUnreachable: It does not answer.
            TelcoError: It answers what cannot be understood, or an IMSI is none.
        """
        return await self._read([each.imsi for each in subscribers])

    async def taken(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Return `imsi` or `msisdn` for each where that is in use; else empty."""
        own = [Command(f"subscriber.by-imsi-{each.imsi}.info") for each in subscribers]
        theirs = [Command(f"subscriber.by-msisdn-{each.msisdn}.info") for each in subscribers]
        replies = await self._control.ask([*own, *theirs])
        there = [self._is_there(each) for each in replies]
        imsis, msisdns = there[: len(own)], there[len(own) :]
        return [
            "imsi" if imsi else "msisdn" if msisdn else ""
            for imsi, msisdn in zip(imsis, msisdns, strict=True)
        ]

    async def bring(self, changes: Sequence[Change]) -> list[str]:
        """Make each change, from wherever between before and after it stands.

        A subscriber is made only where there is none; one that is there is read first, and only
        what differs is set.

        Raises:
            SystemUnreachable: It does not answer, or the connection broke.
        """
        return await Writing(self._control, self._read, changes).all()

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all that it holds; who there is comes from its terminal, one list at once."""
        imsis = await identities(self._settings)
        for first in range(0, len(imsis), _SOME):
            found = await self._read(imsis[first : first + _SOME])
            yield [each for each in found if each]

    async def prove(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Have it authenticate each one over GSUP, and compare with what its own keys give."""
        return await Prover(self._settings).prove(subscribers)

    async def aclose(self) -> None:
        """Leave it."""
        self._control.close()

    async def _read(self, imsis: Sequence[str]) -> list[Record | None]:
        replies = await self._control.ask([entry.asking(each) for each in imsis])
        return [entry.record_from(x.text) if self._is_there(x) else None for x in replies]

    def _is_there(self, reply: Reply) -> bool:
        if reply.error and reply.error != _NONE:
            raise TelcoError(self.name, f"it refuses to tell of a subscriber: {reply.error}")
        return not reply.error
