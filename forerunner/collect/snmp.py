"""Interface counters over SNMPv3 with authentication and privacy.

Source: IF-MIB (RFC 2863); User-based Security Model (RFC 3414), AES (RFC 3826).
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gufo.snmp import Aes128Key, Sha1Key, SnmpError, User
from gufo.snmp.aio import SnmpSession

from forerunner.collect.errors import CollectError
from forerunner.collect.files import read_json
from forerunner.model import Sample
from forerunner.schema import check

COUNTER_BITS = 64
_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_COLUMNS = {
    "if_in_octets": "1.3.6.1.2.1.31.1.1.1.6",
    "if_out_octets": "1.3.6.1.2.1.31.1.1.1.10",
    "if_in_errors": "1.3.6.1.2.1.2.2.1.14",
    "if_out_errors": "1.3.6.1.2.1.2.2.1.20",
    "if_in_discards": "1.3.6.1.2.1.2.2.1.13",
    "if_oper_status": "1.3.6.1.2.1.2.2.1.8",
}
_UP = 1
# As many values as one datagram of an Ethernet's size surely holds.
_VALUES_A_REQUEST = 36
# Interfaces come and go.
_NAMES_AGE_S = 60.0
_WORDS = {"type": "string", "minLength": 8}
_SCHEMA = {
    "type": "object",
    "properties": {
        "user": {"type": "string", "minLength": 1},
        "auth_protocol": {"const": "SHA"},
        "auth_key": _WORDS,
        "privacy_protocol": {"const": "AES"},
        "privacy_key": _WORDS,
    },
    "required": ["user", "auth_protocol", "auth_key", "privacy_protocol", "privacy_key"],
    "additionalProperties": False,
}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Credentials:
    """An SNMPv3 user with its passwords; they do not show in its representation."""

    user: User

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the file that the lab's build, or an operator, wrote.

        Raises:
            InvalidData: It is missing or does not hold what it must; names the field.
        """
        data = read_json(path, "the SNMP user's file")
        check(data, _SCHEMA, str(path))
        authentication = Sha1Key(data["auth_key"].encode())
        privacy = Aes128Key(data["privacy_key"].encode())
        return cls(User(data["user"], auth_key=authentication, priv_key=privacy))

    def __repr__(self) -> str:
        """Return the user's name alone."""
        return f"Credentials(user={self.user.name!r})"


class Agent:
    """One device's SNMP agent; its session lives from poll to poll."""

    def __init__(
        self,
        host: str,
        address: str,
        credentials: Credentials,
        port: int = 161,
        timeout: float = 1.0,
    ) -> None:
        self.host = host
        self._place = (address, port)
        self._credentials = credentials
        self._timeout_s = timeout
        self._session: SnmpSession | None = None
        self._names: dict[str, str] = {}
        self._names_at = 0.0

    async def poll(self) -> list[Sample]:
        """Return the counters of every interface, with the time at which they were asked for.

        Raises:
            CollectError: The agent does not answer, or not to this user.
        """
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await self._poll()
        except (SnmpError, OSError, TimeoutError) as error:
            self._session = None
            address, port = self._place
            cause = str(error) or type(error).__name__
            raise CollectError(f"{self.host}: SNMP {address}:{port}: {cause}") from error

    async def _poll(self) -> list[Sample]:
        session = self._session or await self._open()
        if time.monotonic() - self._names_at > _NAMES_AGE_S:
            await self._read_names(session)
        wanted = {
            f"{column}.{index}": (name, metric)
            for index, name in self._names.items()
            for metric, column in _COLUMNS.items()
        }
        before = time.time()
        values = await _get(session, list(wanted))
        now = (before + time.time()) / 2
        return [
            Sample(now, self.host, *wanted[oid], _value(wanted[oid][1], value))
            for oid, value in values.items()
            if oid in wanted and isinstance(value, int)
        ]

    async def _open(self) -> SnmpSession:
        address, port = self._place
        session = SnmpSession(
            address, port=port, user=self._credentials.user, timeout=self._timeout_s
        )
        await session.refresh()
        self._session, self._names_at = session, float("-inf")
        return session

    async def _read_names(self, session: SnmpSession) -> None:
        found = {oid: value async for oid, value in session.getbulk(_NAME)}
        self._names = {
            oid.rsplit(".", 1)[1]: name.decode("ascii", "replace")
            for oid, name in found.items()
            if isinstance(name, bytes)
        }
        self._names_at = time.monotonic()


async def poll(agents: Iterable[Agent]) -> list[Sample]:
    """Poll all agents at once; one that does not answer is logged and left out."""
    answers = await asyncio.gather(*(agent.poll() for agent in agents), return_exceptions=True)
    samples: list[Sample] = []
    for answer in answers:
        if isinstance(answer, CollectError):
            _log.warning("%s", answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            samples += answer
    return samples


async def _get(session: SnmpSession, oids: list[str]) -> Mapping[str, object]:
    values: dict[str, object] = {}
    for first in range(0, len(oids), _VALUES_A_REQUEST):
        values.update(await session.get_many(oids[first : first + _VALUES_A_REQUEST]))
    return values


def _value(metric: str, value: int) -> float:
    return float(value == _UP) if metric == "if_oper_status" else float(value)
