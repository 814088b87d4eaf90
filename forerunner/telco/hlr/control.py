"""osmo-hlr's control interface: `GET id variable`, `SET id variable value`, and typed replies.

Source: the OsmoHLR user manual, "Control interface". Whatever goes into a command is looked at
here, whoever gives it: a space or a newline would make another command of it.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.hlr.link import Greeting, Link
from forerunner.telco.hlr.settings import Settings
from forerunner.telco.ipa import CTRL, OSMO, framed

_WORD = re.compile(r"[A-Za-z0-9.,_-]+")
_REPLY = re.compile(rb"\x00(?:(?:GET|SET)_REPLY (\d+) [^ ]+ ?|ERROR (\d+) )", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """What is asked or set.

    Attributes:
        variable: As `subscriber.by-imsi-001010000000001.msisdn`.
        value: What it is set to; None to ask for it.
    """

    variable: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered.

    Attributes:
        error: What the HLR has against it; empty for nothing.
        text: The value; may hold keys, and is never shown.
    """

    error: str
    text: str

    def __repr__(self) -> str:
        """Return it without its text."""
        return f"Reply(error={self.error!r})"


class Control:
    """A connection to the control interface; made anew where it broke.

    Args:
        settings: How the HLR is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._link: Link | None = None
        self._numbers = count(1)

    async def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """Give commands, many on their way at a time, and return the replies in their order.

        Raises:
            SystemUnreachable: The HLR does not answer, or the connection broke.
            TelcoError: A word of a command is none.
        """
        link = await self._connected()
        first = next(self._numbers)
        questions = (self._frame(first + at, each) for at, each in enumerate(commands))
        self._numbers = count(first + len(commands))

        def understand(protocol: int, payload: bytes) -> tuple[int, Reply] | None:
            found = _REPLY.match(payload) if protocol == OSMO else None
            if found is None:
                return None
            number = int(found[1] or found[2]) - first
            text = payload[found.end() :].decode("ascii", "replace")
            reply = Reply(text.strip(), "") if found[2] else Reply("", text)
            return (number, reply) if 0 <= number < len(commands) else None

        return await link.ask(questions, len(commands), understand, self._settings.pace)

    def close(self) -> None:
        """End the connection."""
        if self._link:
            self._link.close()

    def _frame(self, number: int, command: Command) -> bytes:
        words = [command.variable, *([] if command.value is None else [command.value])]
        if not all(_WORD.fullmatch(word) for word in words):
            raise TelcoError(self._settings.name, "a value holds what no command may hold")
        verb = "GET" if command.value is None else "SET"
        return framed(OSMO, " ".join((verb, str(number), *words)).encode(), CTRL)

    async def _connected(self) -> Link:
        if self._link and self._link.open:
            return self._link
        host, port = self._settings.host, self._settings.ctrl_port
        self._link = await connected(self._settings, host, port, lambda _p, _d: b"")
        return self._link


async def connected(settings: Settings, host: str, port: int, greet: Greeting) -> Link:
    """Return a new connection.

    Raises:
        SystemUnreachable: Nobody listens there.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(settings.timeout):
            _, link = await loop.create_connection(lambda: Link(settings.name, greet), host, port)
    except (OSError, TimeoutError) as error:
        cause = getattr(error, "strerror", None) or type(error).__name__
        problem = f"{host} port {port} is not to be had ({cause}); see whether it runs"
        raise SystemUnreachable(settings.name, problem) from None
    return link
