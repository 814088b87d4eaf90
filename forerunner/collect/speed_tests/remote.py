"""A program on a probe host that waits for its start, and ends whatever becomes of us.

It stands behind a gate: it says `ready`, and runs once it is told `go`. The time that it may live
counts from its own start, before the links' claim is confirmed. When its input ends, because we
let go of it or are gone, it is ended; and by `timeout` in any case.
"""

import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from forerunner.fleet.errors import Rejected
from forerunner.fleet.session import Answer, Session, Talk

_GATE = """echo ready
read -r go && [ "$go" = go ] || exit 75
exec 3<&0
"$@" </dev/null 3<&- & work=$!
{ cat <&3 >/dev/null; kill $work; } >/dev/null 2>&1 & tie=$!
wait $work; status=$?
kill $tie 2>/dev/null
exit $status"""
_SAID = 300


class Program:
    """A program that stands ready on a probe host."""

    def __init__(self, host: str, talk: Talk) -> None:
        self._host, self._talk = host, talk

    def go(self) -> None:
        """Let it run."""
        self._talk.say("go")

    async def until(self, sign: str) -> None:
        """Wait for a line that holds a sign.

        Raises:
            Rejected: It ended before.
        """
        lines: list[str] = []
        while line := await self._talk.line():
            if sign in line:
                return
            lines.append(line)
        answer = await self._talk.answer()
        raise Rejected(self._host, f"does not start: {said(''.join(lines) + answer.error)}")

    async def answer(self) -> Answer:
        """Return what it said once it has ended."""
        return await self._talk.answer()


@asynccontextmanager
async def ready(session: Session, words: Sequence[str], life_s: float) -> AsyncIterator[Program]:
    """Bring a program behind its gate.

    Args:
        session: With the probe host.
        words: The program and its arguments.
        life_s: Seconds after which it is ended.

    Raises:
        Rejected: The host does not run it.
        Unreachable: The session broke off, or the program does not end.
    """
    timeout = ("timeout", "-k", "1", f"{life_s:g}")
    async with session.talk(shlex.join((*timeout, "sh", "-c", _GATE, "sh", *words))) as talk:
        program = Program(session.device.name, talk)
        await program.until("ready")
        yield program


def said(text: str) -> str:
    """Return the end of what a program said, as one line."""
    return " ".join(text.split())[-_SAID:] or "no word"
