"""What every subscriber system can do, whichever protocol it speaks.

All operations of an order (create, suspend, swap, port, terminate, and taking each of them back)
are one thing: bringing a subscriber from how it stood before to how it is to stand after.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Record = Mapping[str, str]
"""What one system holds of one subscriber: field to value; one that is not set is empty."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A SIM with its number, as every system is to know it.

    Attributes:
        imsi: 14 or 15 digits (E.212).
        iccid: 19 or 20 digits, the last of them Luhn's (E.118).
        msisdn: 7 to 15 digits (E.164), without a plus sign.
        k: Subscriber key, 32 hexadecimal digits in lower case; never shown.
        opc: Operator's variant of it, as `k`; never shown.
        profile: Name of a service profile of the inventory.
        status: `active`, or `suspended`: known everywhere and served nowhere.
        routing_number: Network that the number was ported out to; empty while it is ours.
    """

    imsi: str
    iccid: str
    msisdn: str
    k: str = field(repr=False)
    opc: str = field(repr=False)
    profile: str
    status: Literal["active", "suspended"] = "active"
    routing_number: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """How one subscriber stood, and how it is to stand.

    Attributes:
        before: None when there was none.
        after: None when there is to be none. Where its IMSI or MSISDN is another one, what it had
            before is freed first.
        claims: Whether what is neither is replaced, too: no order does that, a repair does.
    """

    before: Subscriber | None
    after: Subscriber | None
    claims: bool = False

    @property
    def undone(self) -> "Change":
        """Return the change that takes this one back."""
        return Change(self.after, self.before)


class SubscriberSystem(Protocol):
    """A system that holds a record for each subscriber; an asynchronous context manager.

    Its methods take chunks of some thousand subscribers and answer in their order. One that breaks
    off in the middle may be asked for the same chunk again: every method is idempotent.
    """

    name: str

    def expected(self, subscriber: Subscriber) -> Record | None:
        """Return the record that it is to hold; None where it is to hold none."""
        ...

    async def read(self, subscribers: Sequence[Subscriber]) -> list[Record | None]:
        """Return what it holds under each one's identity, whoever put it there; None for nothing.

        Raises:
            SystemUnreachable: It does not answer.
            TelcoError: It answers what cannot be understood.
        """
        ...

    async def taken(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Return which number of each is in use already, as `imsi` or `msisdn`; else empty."""
        ...

    async def bring(self, changes: Sequence[Change]) -> list[str]:
        """Make each change, from wherever between before and after it stands.

        What stands and is neither (see `standing`) is somebody else's and is left as it is, unless
        the change claims it. A problem is said for that subscriber alone, without any key; the
        others go on.

        Returns:
            The problem of each; empty where it stands as wanted now, as far as answers tell.

        Raises:
            SystemUnreachable: It does not answer, or the connection broke.
        """
        ...

    def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all that it holds, some thousand records at a time."""
        ...

    async def aclose(self) -> None:
        """Leave it."""
        ...


class Proving(Protocol):
    """A system that can be made to show that a SIM works."""

    async def prove(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Authenticate each one as the network would and compare with what its own keys give.

        Returns:
            The problem of each; empty where it would get service.
        """
        ...
