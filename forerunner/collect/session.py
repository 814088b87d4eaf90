"""One device's SNMP session: opened when it is needed, anew after a failure, told about once."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from gufo.snmp import SnmpError, SnmpVersion, User
from gufo.snmp.aio import SnmpSession

from forerunner.collect.errors import CollectError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """A device to poll.

    Attributes:
        host: Its inventory name.
        address: Where it answers.
        port: UDP.
        community: For v2c; never shown.
        user: For v3, in place of a community; never shown.
    """

    host: str
    address: str
    port: int = 161
    community: str = field(default="", repr=False)
    user: User | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return how messages name it."""
        return f"{self.host}: SNMP {self.address}:{self.port}"


class Asked:
    """A device that is asked over SNMP again and again.

    Args:
        target: The device.
        timeout_s: Seconds for one answer.
    """

    def __init__(self, target: Target, timeout_s: float = 1.0) -> None:
        self.target, self._timeout_s = target, timeout_s
        self._session: SnmpSession | None = None
        self._problem = ""

    async def session(self) -> tuple[SnmpSession, bool]:
        """Return the session, and whether it was opened just now.

        Raises:
            SnmpError: The device does not answer, or not to this user.
        """
        if self._session is not None:
            return self._session, False
        target = self.target
        how: dict[str, Any] = (
            {"user": target.user}
            if target.user
            else {"community": target.community, "version": SnmpVersion.v2c}
        )
        session = SnmpSession(target.address, port=target.port, timeout=self._timeout_s, **how)
        if target.user:
            await session.refresh()
        self._session = session
        return session, True

    def failed(self, error: Exception) -> CollectError:
        """Forget the session, and return what went wrong with the device's name."""
        self._session = None
        return CollectError(f"{self.target}: {str(error) or type(error).__name__}")

    def tell(self, problem: str) -> None:
        """Log when it goes quiet and when it is back, and not at every poll."""
        told, self._problem = self._problem, problem
        if problem and not told:
            _log.warning("%s", problem)
        elif told and not problem:
            _log.warning("%s answers again", self.target)


FAILURES = (SnmpError, OSError, asyncio.TimeoutError)
"""What asking raises where a device does not answer."""
