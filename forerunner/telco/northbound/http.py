"""HTTP to a back office: what every style over it has in common."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from forerunner.errors import InvalidData
from forerunner.telco.errors import SystemUnreachable

_RETRIED = frozenset({429, 502, 503, 504})

URL = {
    "type": "string",
    "pattern": "^https?://[A-Za-z0-9.:-]+$",
    "description": "scheme, host and port, as https://mind.example.net:8443",
}
CA_FILE = {"type": "string", "description": "who may vouch for it, or empty"}
PATH = {"type": "string", "pattern": "^/[A-Za-z0-9_./-]*$", "description": "a path, as /accounts"}
SECONDS = {"type": "number", "exclusiveMinimum": 0}


@dataclass(frozen=True)
class Where:
    """Where a back office is.

    Attributes:
        name: Its inventory name.
        url: Scheme, host and port.
        ca_file: Who may vouch for it; empty for the system's own.
        timeout: Seconds for one answer.
        connections: How many at once.
    """

    name: str
    url: str
    ca_file: str = ""
    timeout: float = 30.0
    connections: int = 4

    @classmethod
    def of(cls, name: str, data: Mapping[str, Any]) -> Self:
        """Return it out of settings that fit, of which it takes its own."""
        own = ("url", "ca_file", "timeout", "connections")
        return cls(name, **{key: data[key] for key in own if key in data})


class Http:
    """The client; its connections are made when they are needed.

    Args:
        where: Where it is.
        headers: Returns what each request says, when the first is made; never shown.
    """

    def __init__(self, where: Where, headers: Callable[[], Mapping[str, str]]) -> None:
        self._where, self._headers = where, headers
        self._session: ClientSession | None = None

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer, which may hold keys: it is never shown.

        A redirection is an answer like another one: what is asked goes nowhere else.

        Raises:
            SystemUnreachable: It does not answer, or says that it cannot now.
            InvalidData: A file that is needed for asking does not fit.
        """
        session, url = self._opened(), self._where.url + path
        try:
            async with session.request(
                method, url, data=body or None, headers=headers, allow_redirects=False
            ) as answer:
                status, raw = answer.status, await answer.read()
        except (ClientError, TimeoutError, OSError) as error:
            problem = f"{self._where.url} does not answer ({type(error).__name__})"
            raise SystemUnreachable(self._where.name, problem) from None
        if status in _RETRIED:
            raise SystemUnreachable(self._where.name, f"it answers {status}: not now")
        return status, raw

    async def aclose(self) -> None:
        """End the connections."""
        if self._session:
            await self._session.close()

    def _opened(self) -> ClientSession:
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                connector=TCPConnector(ssl=self._trusted(), limit=self._where.connections),
                timeout=ClientTimeout(total=self._where.timeout),
                headers=self._headers(),
            )
        return self._session

    def _trusted(self) -> ssl.SSLContext | bool:
        file = self._where.ca_file
        try:
            return ssl.create_default_context(cafile=file) if file else True
        except (OSError, ssl.SSLError) as error:
            problem = f"{file}: no certificates can be read of it ({type(error).__name__})"
            raise InvalidData(self._where.name, "ca_file", problem) from None
