"""Interface counters over SNMPv3 with authentication and privacy.

Source: IF-MIB (RFC 2863); User-based Security Model (RFC 3414), AES (RFC 3826).
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gufo.snmp import Aes128Key, Sha1Key, User

from forerunner.collect.errors import CollectError
from forerunner.collect.files import read_json
from forerunner.collect.poll import Device
from forerunner.collect.session import Target
from forerunner.model import Sample
from forerunner.schema import check

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


def check_user(path: Path) -> dict[str, str]:
    """Return what the file of an SNMPv3 user holds, for those who do not take `Credentials`.

    Raises:
        InvalidData: It is missing or does not hold what it must; names the field.
    """
    data: dict[str, str] = read_json(path, "the SNMP user's file")
    check(data, _SCHEMA, str(path))
    return data


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
        data = check_user(path)
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
        self._device = Device(Target(host, address, port, user=credentials.user), timeout)

    async def poll(self) -> list[Sample]:
        """Return the counters of every interface, with the time at which they were asked for.

        Raises:
            CollectError: The agent does not answer, or not to this user.
        """
        return (await self._device.ask()).samples()


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
