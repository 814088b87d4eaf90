"""The simulator's listeners: the active and the standby side, each over TCP and over TLS."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

from forerunner.subscriber_lab.gport.pdba import Pdba, Session
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.grammar import END

_READ = 1 << 16
_CONNECTIONS = 16


def tls_context(directory: Path) -> ssl.SSLContext:
    """Return how TLS is spoken; a client's certificate is checked where it shows one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=directory / "ca.pem")
    context.load_cert_chain(directory / "server.pem", directory / "server.key")
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


class Server:
    """Serves one database.

    Args:
        pdba: The database.
    """

    def __init__(self, pdba: Pdba) -> None:
        self._pdba, self._open = pdba, 0

    async def listen(
        self, address: str, ports: Sequence[int], context: ssl.SSLContext
    ) -> list[asyncio.Server]:
        """Listen and return the listeners.

        Args:
            address: Where.
            ports: TCP and TLS of side 0, then of side 1.
            context: For TLS.
        """
        found = []
        for at, port in enumerate(ports):
            side, secure = divmod(at, 2)

            async def serve(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, side: int = side
            ) -> None:
                await self._serve(Session(self._pdba, side), reader, writer)

            tls = context if secure else None
            found.append(await asyncio.start_server(serve, address, port, ssl=tls))
        return found

    async def _serve(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open += 1
        try:
            if self._open > _CONNECTIONS:
                writer.write(f"rsp (rc {int(Code.TOO_MANY_CONNECTIONS)}){END}".encode())
                await writer.drain()
                return
            await self._talk(session, reader, writer)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            session.end()
            self._open -= 1
            writer.close()

    async def _talk(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        rest = ""
        while not session.gone and (received := await reader.read(_READ)):
            *requests, rest = (rest + received.decode("latin-1")).split(END)
            responses = []
            for text in requests:
                responses += [line + session.endchar for line in session.answer(text)]
                if await self._goes_wrong(session, text, reader):
                    writer.transport.abort()
                    return
            writer.write("".join(responses).encode("latin-1"))
            await writer.drain()

    async def _goes_wrong(self, session: Session, text: str, reader: asyncio.StreamReader) -> bool:
        """Return whether the connection is to be cut now; a stalled one when the client goes."""
        faults = self._pdba.faults
        if 0 < faults.get("stall_after") <= session.asked:
            while await reader.read(_READ):
                pass
            return True
        if 0 < faults.get("cut_after") <= session.asked:
            return True
        return "end_txn" in text and faults.spend("lose_commit")
