"""A session through a device's interactive shell: one channel, a prompt after each answer."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import asyncssh

from forerunner.fleet.connection import LOST
from forerunner.fleet.device import Device
from forerunner.fleet.errors import Rejected, Unreachable
from forerunner.fleet.session import Answer, Session
from forerunner.fleet.speech import Shell

_FIRST_PROMPT = re.compile(r"(?:^|[\r\n])([^\s#>()]{1,80})([#>]) ?$")
_MODE = re.compile(r"(\([^()\s]*\))?[#>] ?")
_TAIL = 160
_SIZE = (511, 0)


class _Prompt(NamedTuple):
    """Where a prompt stands in a text, and whether it is one of configuration."""

    start: int
    end: int
    configuring: bool


class ShellSession(Session):
    """Runs commands in one shell; several lines are given section by section.

    Args:
        device: The device.
        connection: An open connection with it.
        speech: How its shell speaks.
    """

    def __init__(
        self, device: Device, connection: asyncssh.SSHClientConnection, speech: Shell
    ) -> None:
        super().__init__(device, connection)
        self._speech = speech
        self._terminal: _Terminal | None = None

    async def ask(self, command: str, stdin: str = "") -> Answer:
        """Give the lines of a command, up to the section in which one is refused.

        Returns:
            The answers; status 1 when a line was refused, and the device is out of
            configuration again.

        Raises:
            Rejected: The account may not give commands, or the device insists on paging.
            Unreachable: The session broke off.
        """
        if stdin:
            raise ValueError("a shell has no input beside its commands")
        try:
            return await self._ask(command)
        except LOST as error:
            raise self._lost(error) from error

    async def ask_once(self, command: str) -> Answer:
        """Ask a session's only question in a channel of its own, as `ssh device show ...` does.

        There is no prompt to wait for then and nothing to set up: on a device that takes 0.2 s for
        each answer it takes a third of the time. A device that gives commands no channels, or
        answers nothing there, or not to the end, is asked in its shell.

        Raises:
            Rejected: The account may not give commands, or the device insists on paging.
            Unreachable: The session broke off.
        """
        try:
            answer = await Session.ask(self, command)
        except Unreachable as error:
            if not isinstance(error.__cause__, asyncssh.ChannelOpenError):
                raise
            return await self.ask(command)
        text = answer.output.replace("\r\n", "\n")
        if answer.status is None or not text.strip():
            return await self.ask(command)
        return Answer(text, answer.error, 1 if self._refused([text]) else answer.status)

    async def _ask(self, command: str) -> Answer:
        groups = list(_groups(command.splitlines(), self._speech.sections))
        if self._terminal is None:
            # What sets the shell up goes with the first question: a round less.
            terminal = self._terminal = await self._open()
            setup = list(self._speech.setup)
            groups[0] = [*setup, *groups[0]]
            answers = (await terminal.exchange(groups[0]))[len(setup) :]
        else:
            terminal = self._terminal
            answers = await terminal.exchange(groups[0])
        said = [*answers]
        for group in groups[1:]:
            if self._refused(answers):
                break
            answers = await terminal.exchange(group)
            said += answers
        refused = self._refused(answers)
        if refused and terminal.configuring:
            await terminal.exchange([self._speech.leave])
        return Answer("".join(said), "", 1 if refused else 0)

    def _refused(self, answers: Sequence[str]) -> bool:
        # A refusal stands at the beginning of an answer; a configuration may hold such text.
        heads = (line.lstrip() for each in answers for line in each.splitlines()[:3])
        return any(line.startswith(self._speech.errors) for line in heads)

    async def _open(self) -> "_Terminal":
        terminal = _Terminal(self.device.name, self._speech)
        await self._connection.create_session(
            lambda: terminal, term_type="vt100", term_size=_SIZE, encoding=None
        )
        await terminal.ready()
        return terminal


def _groups(lines: Sequence[str], sections: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the lines in groups, the head of a section always alone."""
    group: list[str] = []
    for line in lines or [""]:
        if line.lstrip().startswith((*sections, "configure")):
            if group:
                yield group
            yield [line]
            group = []
        else:
            group.append(line)
    if group:
        yield group


class _Terminal(asyncssh.SSHClientSession[bytes]):
    """What comes in through the shell's channel, up to the prompt that is waited for."""

    def __init__(self, name: str, speech: Shell) -> None:
        self._name, self._speech = name, speech
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._parts: list[bytes] = []
        self._names: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self._closed: Exception | None = None
        self.configuring = False

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, _datatype: int | None) -> None:
        self._parts.append(data)
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = exc or ConnectionResetError("the device closed the session")
        self._wake()

    async def ready(self) -> None:
        """Wait for the first prompt and learn the device's name from it."""
        text = await self._until(1)
        found = _FIRST_PROMPT.search(text)
        if found is None or found[2] == ">":
            raise Rejected(
                self._name,
                "its shell is not privileged (the prompt ends in >); give the account the right "
                "to configure, as privilege 15",
            )
        self._learn(found[1])

    async def exchange(self, lines: Sequence[str]) -> list[str]:
        """Give lines and return the answer to each."""
        for line in lines:
            if line.strip().startswith("hostname "):
                self._learn(line.split()[1])
        channel = self._channel
        assert channel is not None  # noqa: S101 - ready() came before
        channel.write("".join(f"{line}\n" for line in lines).encode())
        text = await self._until(len(lines))
        prompts = self._prompts(text)
        self.configuring = prompts[-1].configuring
        begins = [0, *(prompt.end for prompt in prompts)]
        pieces = [text[x : prompt.start] for x, prompt in zip(begins, prompts, strict=False)]
        return [_without_echo(piece, line) for piece, line in zip(pieces, lines, strict=False)]

    async def _until(self, prompts: int) -> str:
        """Return what came in once so many prompts did, the last of them at the very end."""
        while True:
            if self._parts and self._ends_in_prompt():
                text = b"".join(self._parts).decode("utf-8", "backslashreplace")
                text = text.replace("\r\n", "\n").replace("\r", "")
                if self._names == [] or len(self._prompts(text)) >= prompts:
                    self._parts = []
                    return text
            if self._closed:
                raise Unreachable(self._name, f"{self._closed}; the answer was cut off, try again")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def _ends_in_prompt(self) -> bool:
        tail = self._parts[-1][-_TAIL:]
        if len(tail) < _TAIL and len(self._parts) > 1:
            tail = b"".join(self._parts[-8:])[-_TAIL:]
        text = tail.decode("utf-8", "backslashreplace").replace("\r", "\n")
        if text.rstrip().endswith(self._speech.more):
            raise Rejected(self._name, "it pages its answers, though it was told not to")
        if text.rstrip(" ")[-1:] not in ("#", ">"):
            return False
        if self._names == []:
            return bool(_FIRST_PROMPT.search(text))
        found = self._prompts(text)
        return bool(found) and not text[found[-1].end :].strip()

    def _prompts(self, text: str) -> list[_Prompt]:
        """Return the prompts in a text, in order.

        A pattern of each device's own name would take longer to compile than all the rest does.
        """
        found = [prompt for name in self._names for prompt in _prompts_of(name, text)]
        return found if len(self._names) == 1 else sorted(found)

    def _learn(self, name: str) -> None:
        self._names = list(dict.fromkeys([*self._names, name]))

    def _wake(self) -> None:
        if self._waiter is not None:
            with suppress(asyncio.InvalidStateError):
                self._waiter.set_result(None)


def _prompts_of(name: str, text: str) -> Iterator[_Prompt]:
    at = -1
    while (at := text.find(name, at + 1)) >= 0:
        rest = _MODE.match(text, at + len(name))
        if rest and (at == 0 or text[at - 1] == "\n"):
            yield _Prompt(at, rest.end(), bool(rest[1]))


def _without_echo(piece: str, line: str) -> str:
    first, _, rest = piece.partition("\n")
    return rest if first.strip() == line.strip() else piece
