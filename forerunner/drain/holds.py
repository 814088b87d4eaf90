"""Restore timers on the routers: what takes a change back when the controller cannot.

Which timers a run arms is written down before it arms them, so that the next run stops those
that a dead run left: a timer of yesterday must not undo today's verified drain.
"""

import asyncio
import contextlib
import json
import os
import re
import uuid
from collections.abc import Mapping
from pathlib import Path

from forerunner.dialects import frr
from forerunner.fleet import Rejected, Session

_STATES = frozenset(("held", "released", "restored", "absent"))


class Holds:
    """The timers of one link.

    Args:
        directory: Where armed timers are noted, one file a link.
        link: Name of the link.
        agents: Sessions with the agents of its two ends, by router.
    """

    def __init__(self, directory: Path, link: str, agents: Mapping[str, Session]) -> None:
        self._note = directory / f"{re.sub(r'[^A-Za-z0-9._-]', '-', link)}.json"
        self._agents = agents
        self._identifier = f"drain-{uuid.uuid4().hex[:12]}"
        self._left = self._read()

    @property
    def left_over(self) -> bool:
        """Return whether an earlier run did not get as far as releasing its timers."""
        return bool(self._left)

    async def arm(self, costs: Mapping[str, tuple[str, int]], seconds: float) -> None:
        """Start a timer on each router; it sets the interface's cost.

        Args:
            costs: Interface and cost to restore, by router.
            seconds: After which the timers act.

        Raises:
            Rejected: An agent did not take it.
        """
        self._write([*self._left, self._identifier])
        command = f"hold {self._identifier} {seconds:g}"
        await asyncio.gather(
            *(
                self._ask(name, command, frr.configure(frr.cost_commands(*cost)), "held")
                for name, cost in costs.items()
            )
        )

    async def release_left_over(self) -> None:
        """Stop the timers that an earlier run left."""
        for identifier in self._left:
            await self._release(identifier)

    async def release(self) -> None:
        """Stop the timers of this run, on both routers at the same moment, and forget them.

        Raises:
            Rejected: A timer ran out before: the router has taken the change back.
        """
        states = await self._release(self._identifier)
        late = [name for name, state in states.items() if state == "restored"]
        if late:
            problem = "its restore timer ran out first and took the change back"
            raise Rejected(late[0], problem)
        self.forget()

    def forget(self) -> None:
        """Note that no timer is armed any more."""
        self._note.unlink(missing_ok=True)

    async def _release(self, identifier: str) -> dict[str, str]:
        names = list(self._agents)
        states = await asyncio.gather(*(self._ask(name, f"release {identifier}") for name in names))
        return dict(zip(names, states, strict=True))

    async def _ask(self, name: str, command: str, stdin: str = "", wanted: str = "") -> str:
        answer = await self._agents[name].execute(command, stdin)
        state = ""
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            state = json.loads(answer).get("state", "")
        if state not in _STATES or (wanted and state != wanted):
            raise Rejected(name, f"its agent answered {command!r} with {answer.strip()[:80]!r}")
        return str(state)

    def _read(self) -> list[str]:
        with contextlib.suppress(OSError, ValueError, TypeError):
            found = json.loads(self._note.read_text())["timers"]
            return [x for x in found if isinstance(x, str) and re.fullmatch(r"drain-\w{12}", x)]
        return []

    def _write(self, timers: list[str]) -> None:
        self._note.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._note.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"timers": timers}))
        temporary.replace(self._note)
