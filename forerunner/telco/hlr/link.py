"""A connection in IPA frames with many questions on their way at once."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar, cast

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.ipa import Frames

_Answer = TypeVar("_Answer")

Understand = Callable[[int, bytes], tuple[int, _Answer] | None]
"""Returns to which question a frame is the answer, and the answer; None where it is none."""


Greeting = Callable[[int, bytes], bytes]
"""Takes protocol and payload of a frame that is no answer, and returns what to say to it."""


@dataclass(frozen=True)
class Pace:
    """How many questions are on their way.

    Attributes:
        window: At a time.
        patience_s: Seconds without any answer after which the connection counts as lost.
    """

    window: int
    patience_s: float


class Link(asyncio.Protocol):
    """A connection.

    Args:
        name: Of the system, for messages.
        greet: What it says to frames that are no answers.
    """

    def __init__(self, name: str, greet: Greeting) -> None:
        self._name, self._greet = name, greet
        self._frames = Frames()
        self._round: _Round | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def open(self) -> bool:
        """Return whether it can be used."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(
        self, questions: Iterable[bytes], count: int, understand: "Understand[_Answer]", pace: Pace
    ) -> list[_Answer]:
        """Ask, and return the answers in the order of the questions.

        Args:
            questions: Frames, made as they are sent; each carries what its answer is known by.
            count: How many they are.
            understand: Tells what a frame answers, by position.
            pace: How many at a time, and for how long without any answer.

        Raises:
            SystemUnreachable: The connection broke, or nothing comes any more.
            TelcoError: A question cannot be made; those before it were asked.
        """
        if not count:
            return []
        self._round = _Round(questions, count, understand, self._connected(), pace.window)
        try:
            return await self._round.all(pace.patience_s)
        except TimeoutError:
            self.close()
            raise SystemUnreachable(self._name, "it does not answer any more") from None
        finally:
            self._round = None

    def _connected(self) -> asyncio.Transport:
        if self._transport is None:
            raise SystemUnreachable(self._name, "it is not connected")
        return self._transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        # One of TCP; that of a faster event loop is none by its class.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Hand frames to whoever asked."""
        for protocol, payload in self._frames.add(data):
            if self._round and self._round.take(protocol, payload):
                continue
            if self._transport and (reply := self._greet(protocol, payload)):
                self._transport.write(reply)
        if self._round:
            self._round.send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Tell whoever asked."""
        if self._round:
            problem = "the connection broke; see whether it runs"
            self._round.fail(SystemUnreachable(self._name, problem))

    def close(self) -> None:
        """End it."""
        if self._transport:
            self._transport.abort()


class _Round:
    """Questions that are asked together."""

    def __init__(
        self,
        questions: Iterable[bytes],
        count: int,
        understand: "Understand[Any]",
        transport: asyncio.Transport,
        window: int,
    ) -> None:
        self._rest = iter(questions)
        self._understand, self._transport = understand, transport
        self._answers: list[Any] = [None] * count
        self._open = count
        self._done = asyncio.get_running_loop().create_future()
        # One by one they would cost either side a call of its system each.
        self._few, self._free = max(1, window // 4), window
        self.send()

    def send(self) -> None:
        """Send as many more as were answered, once they are some."""
        if self._free < self._few:
            return
        try:
            some = list(islice(self._rest, self._free))
        except TelcoError as error:
            self.fail(error)
            return
        self._free -= len(some)
        if some:
            self._transport.write(b"".join(some))

    def take(self, protocol: int, payload: bytes) -> bool:
        """Take a frame, and return whether it was an answer."""
        found = self._understand(protocol, payload)
        if found is None:
            return False
        position, answer = found
        self._answers[position] = answer
        self._open -= 1
        self._free += 1
        if not self._open and not self._done.done():
            self._done.set_result(None)
        return True

    def fail(self, error: Exception) -> None:
        """End the wait for answers that do not come any more."""
        if not self._done.done():
            self._done.set_exception(error)

    async def all(self, patience: float) -> list[Any]:
        """Wait for the last answer as long as there are some, and return them.

        Raises:
            TimeoutError: None came for so many seconds.
        """
        while True:
            left = self._open
            try:
                await asyncio.wait_for(asyncio.shield(self._done), patience)
            except TimeoutError:
                if self._open == left:
                    raise
            else:
                return self._answers
