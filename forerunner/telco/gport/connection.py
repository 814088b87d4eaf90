"""One PDBI connection: requests out, responses back by their number."""

import asyncio
import ssl
from collections.abc import Sequence

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.gport import grammar
from forerunner.telco.gport.answers import Answer, answer
from forerunner.telco.gport.codes import Code, described
from forerunner.telco.gport.messages import Command, text
from forerunner.telco.gport.settings import Settings

_READ = 1 << 16
_LARGEST = 1 << 20
_RESPONSE_KILOBYTES = 32
_PER_COMMAND_S = 0.02
_LAST_IID = 4294967295
_LOST = (Code.NOT_CONNECTED, Code.NO_ACTIVE_TXN)


class Connection:
    """A connection to one EPAP.

    Attributes:
        active: Whether the EPAP said that it is the active one of the two.
    """

    def __init__(
        self, settings: Settings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._settings, self._reader, self._writer = settings, reader, writer
        self._iid, self._rest = 0, ""
        self.active = False

    @classmethod
    async def open(cls, settings: Settings, host: str, port: int) -> "Connection":
        """Return a connection that PDBI is spoken on.

        Raises:
            SystemUnreachable: Nobody answers there, or not in time.
            TelcoError: Who answers cannot prove who it is, or refuses us.
        """
        context = tls_context(settings)
        server = (settings.server_name or host) if context else None
        try:
            async with asyncio.timeout(settings.timeout):
                streams = await asyncio.open_connection(
                    host, port, ssl=context, server_hostname=server
                )
        except ssl.SSLCertVerificationError as error:
            problem = f"{host} port {port} does not prove who it is: {error.verify_message}"
            raise TelcoError(settings.name, f"{problem}; see gport_number_ca_file") from error
        except (OSError, TimeoutError) as error:
            problem = f"{host} port {port} cannot be reached ({error or 'no answer'})"
            raise SystemUnreachable(settings.name, problem) from error
        connection = cls(settings, *streams)
        await connection._introduce()
        return connection

    async def _introduce(self) -> None:
        try:
            command = Command("connect", {"rspsize": _RESPONSE_KILOBYTES})
            (told,) = await self.ask([command])
            if told.code != Code.SUCCESS:
                problem = f"it refuses the connection: {described(told.code)}"
                raise TelcoError(self._settings.name, problem)
        except BaseException:
            self.drop()
            raise
        self.active = grammar.value(told.data, "side") == "active"

    async def ask(self, commands: Sequence[Command]) -> list[Answer]:
        """Send requests at once and return their answers in order.

        Raises:
            SystemUnreachable: The connection broke, it is silent for too long, or it knows nothing
                of our transaction any more: what was asked for within it is undone.
            TelcoError: A request cannot be said, then nothing is sent; or an answer makes no sense.
        """
        start, said = self._said(commands)
        seconds = self._settings.timeout + _PER_COMMAND_S * len(commands)
        try:
            async with asyncio.timeout(seconds):
                self._writer.write(said)
                return await self._answers(start, len(commands))
        except (OSError, TimeoutError, EOFError) as error:
            late = f"no answer within {seconds:.0f} s"
            problem = late if isinstance(error, TimeoutError) else "the connection broke"
            problem += "; a transaction that was open is undone"
            raise SystemUnreachable(self._settings.name, problem) from error

    def _said(self, commands: Sequence[Command]) -> tuple[int, bytes]:
        """Return the number of the first of some requests, and all of them as they are sent."""
        if self._iid + len(commands) > _LAST_IID:
            self._iid = 0
        start, name = self._iid + 1, self._settings.name
        lines = [
            text(command, name, iid) + grammar.END for iid, command in enumerate(commands, start)
        ]
        self._iid += len(commands)
        return start, "".join(lines).encode("ascii")

    async def _answers(self, start: int, count: int) -> list[Answer]:
        done: list[Answer] = []
        parts: tuple[grammar.Item, ...] = ()
        while len(done) < count:
            for frame in await self._frames():
                found = answer(frame, self._settings.name)
                self._check(found, start + len(done))
                if found.code == Code.PARTIAL_SUCCESS:
                    parts += found.data
                    continue
                done.append(Answer(found.iid, found.code, parts + found.data))
                parts = ()
        return done

    def _check(self, found: Answer, iid: int) -> None:
        if found.iid != iid:
            problem = "answers come in another order than requests were sent in"
            raise TelcoError(self._settings.name, problem)
        if found.code in _LOST:
            problem = f"it knows nothing of our transaction any more: {described(found.code)}"
            raise SystemUnreachable(self._settings.name, problem)

    async def _frames(self) -> list[str]:
        received = await self._reader.read(_READ)
        if not received:
            raise EOFError
        *frames, self._rest = (self._rest + received.decode("latin-1")).split(grammar.END)
        if len(self._rest) > _LARGEST:
            raise TelcoError(self._settings.name, "a response has no end; is it an EPAP?")
        return frames

    def drop(self) -> None:
        """Break the connection off, by which an open transaction is undone."""
        self._writer.transport.abort()

    async def aclose(self) -> None:
        """Say goodbye and close."""
        try:
            await self.ask([Command("disconnect")])
        except TelcoError:
            pass
        finally:
            self.drop()


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how the other side has to prove who it is; None for TCP in clear.

    Raises:
        TelcoError: A file is missing, or holds no certificate or key.
    """
    if not settings.ca_file:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file:
            context.load_cert_chain(settings.certificate_file, settings.key_file or None)
    except (OSError, ssl.SSLError) as error:
        problem = "a file of gport_number_ca_file, _certificate_file or _key_file cannot be used"
        raise TelcoError(settings.name, f"{problem} ({type(error).__name__})") from error
    return context
