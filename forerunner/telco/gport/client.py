"""Transactions with G-Port: on its active node, one writer at a time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.gport.answers import Answer
from forerunner.telco.gport.codes import Code, described
from forerunner.telco.gport.connection import Connection
from forerunner.telco.gport.messages import Command
from forerunner.telco.gport.settings import Settings

Kind = Literal["read", "write"]
_OTHER_SIDE = (Code.NO_WRITE_PERMISSION, Code.STANDBY_SIDE)
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 2.0


class _NotNow(SystemUnreachable):
    """It may be otherwise in a moment."""


class Transaction:
    """An open transaction.

    Attributes:
        answers: To the requests that it was opened with.
    """

    def __init__(self, connection: Connection, answers: list[Answer], name: str) -> None:
        self._connection, self.answers, self._name = connection, answers, name
        self.ended = False

    async def ask(self, commands: Sequence[Command]) -> list[Answer]:
        """Return the answers to requests, within the transaction; see `Connection.ask`."""
        return await self._connection.ask(commands) if commands else []

    async def commit(self) -> None:
        """End it, so that it holds.

        Raises:
            SystemUnreachable: The connection broke: it may hold or not.
            TelcoError: It is refused.
        """
        await self._end("end_txn")

    async def abort(self) -> None:
        """End it as if it had not been."""
        await self._end("abort_txn")

    async def _end(self, name: str) -> None:
        self.ended = True
        (told,) = await self._connection.ask([Command(name)])
        # NO_UPDATES: everything stood as wanted before.
        if told.code not in (Code.SUCCESS, Code.NO_UPDATES):
            raise TelcoError(self._name, f"{name} is refused: {described(told.code)}")


class Client:
    """Speaks PDBI to whichever node is active.

    Args:
        settings: How it is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._node = 0
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(
        self, kind: Kind, commands: Sequence[Command] = ()
    ) -> AsyncIterator[Transaction]:
        """Open a transaction; it is undone unless it is committed.

        Args:
            kind: What for.
            commands: Requests that are sent along.

        Raises:
            SystemUnreachable: No node answers, none is active, or somebody else writes for longer
                than our patience.
            TelcoError: It refuses us.
        """
        async with self._lock:
            try:
                work = await self._begun(kind, commands)
                yield work
                if not work.ended:
                    await work.abort()
            except BaseException:
                # Whatever it was: a connection that is gone has no transaction left open.
                self._drop()
                raise

    async def _begun(self, kind: Kind, commands: Sequence[Command]) -> Transaction:
        waiting = AsyncRetrying(
            retry=retry_if_exception_type(_NotNow),
            wait=wait_random_exponential(multiplier=_FIRST_WAIT_S, max=_LONGEST_WAIT_S),
            stop=stop_after_delay(self._settings.patience),
            reraise=True,
        )
        return await waiting(self._begin, kind, commands)

    async def _begin(self, kind: Kind, commands: Sequence[Command]) -> Transaction:
        fresh = self._connection is None
        connection = self._connection = self._connection or await self._connect()
        (told,) = await connection.ask([Command("begin_txn", {"type": kind})])
        if told.code == Code.SUCCESS:
            answers = await connection.ask(commands) if commands else []
            return Transaction(connection, answers, self._settings.name)
        if told.code == Code.WRITE_UNAVAIL:
            raise _NotNow(self._settings.name, "somebody else holds the write transaction")
        if told.code in _OTHER_SIDE:
            self._drop()
            # On a connection of old the node may have become the standby one since.
            if not fresh and told.code == Code.NO_WRITE_PERMISSION:
                raise _NotNow(self._settings.name, "the node that was active takes no writes")
            if told.code == Code.STANDBY_SIDE:
                raise _NotNow(self._settings.name, "no node takes writes")
        problem = f"it opens no transaction: {described(told.code)}"
        raise TelcoError(self._settings.name, f"{problem}; see our permissions on the EPAP")

    async def _connect(self) -> Connection:
        """Return a connection to the active node, trying the one that was active last first."""
        nodes = self._settings.nodes
        problems = []
        standby = False
        for offset in range(len(nodes)):
            at = (self._node + offset) % len(nodes)
            try:
                connection = await Connection.open(self._settings, *nodes[at])
            except SystemUnreachable as error:
                problems.append(error.problem)
                continue
            if connection.active:
                self._node = at
                return connection
            standby = True
            await connection.aclose()
        if standby:
            raise _NotNow(self._settings.name, "; ".join([*problems, "no node is active"]))
        raise SystemUnreachable(self._settings.name, "; ".join(problems))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.drop()
        self._connection = None

    async def aclose(self) -> None:
        """Leave it."""
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.aclose()
