"""Where lots are dropped and results fetched: SFTP with a strict host key and one key of ours."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, TypeVar, cast

import asyncssh

from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.northbound.lots.settings import LotSettings

_Answer = TypeVar("_Answer")

_IN_MEMORY = 8 * 1024 * 1024
_BLOCK = 1024 * 1024
_LARGEST = 2 * 1024**3
_KEEPALIVE_S = 5
# What a server says of a request that it will not carry out, however often it is asked.
_REFUSED = (
    asyncssh.SFTPPermissionDenied,
    asyncssh.SFTPOpUnsupported,
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPInvalidFilename,
    asyncssh.SFTPWriteProtect,
)
_MISSING = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)


class Drop:
    """The client; its connection is made when it is needed, and anew when it broke.

    Its methods raise `SystemUnreachable` where the server is not there, is not the one that is
    known, or cannot now; `TelcoError` where it refuses; `InvalidData` where a file of ours lacks.

    Args:
        settings: Where it is.
    """

    def __init__(self, settings: LotSettings) -> None:
        self._settings = settings
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    async def put(self, part: str, path: str, content: bytes) -> None:
        """Write a file under another name and rename it once it stands there whole."""
        client = await self._opened()
        file = await self._said(client.open(part, "wb"), part)
        try:
            await self._said(file.write(content), part)
            with suppress(asyncssh.SFTPOpUnsupported):
                await self._said(file.fsync(), part, asyncssh.SFTPOpUnsupported)
        finally:
            with suppress(asyncssh.Error, OSError):
                await file.close()
        written = (await self._said(client.stat(part), part)).size
        if written != len(content):
            raise SystemUnreachable(self._settings.name, f"{part} did not get there whole")
        await self._rename(client, part, path)

    async def names(self, directory: str) -> frozenset[str]:
        """Return the names of a directory's files."""
        client = await self._opened()
        return frozenset(str(x) for x in await self._said(client.listdir(directory), directory))

    async def size(self, path: str) -> int | None:
        """Return how many bytes a file has; None when there is no such file."""
        client = await self._opened()
        try:
            return (await self._said(client.stat(path), path, *_MISSING)).size
        except _MISSING:
            return None

    async def fetch(self, path: str) -> BinaryIO | None:
        """Return a copy of a file, at its beginning; None when there is no such file."""
        client = await self._opened()
        try:
            remote = await self._said(client.open(path, "rb"), path, *_MISSING)
        except _MISSING:
            return None
        copy = cast(BinaryIO, SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the caller's
        try:
            while block := cast(bytes, await self._said(remote.read(_BLOCK), path)):
                if copy.tell() + len(block) > _LARGEST:
                    raise TelcoError(self._settings.name, f"{path} is larger than 2 GB")
                copy.write(block)
        except BaseException:
            copy.close()
            raise
        finally:
            with suppress(asyncssh.Error, OSError):
                await remote.close()
        copy.seek(0)
        return copy

    async def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        client = await self._opened()
        with suppress(*_MISSING):
            await self._said(client.remove(path), path, *_MISSING)

    async def aclose(self) -> None:
        """End the connection."""
        connection, self._connection, self._client = self._connection, None, None
        if connection:
            connection.abort()
            await connection.wait_closed()

    async def _rename(self, client: asyncssh.SFTPClient, part: str, path: str) -> None:
        """Rename over whatever is there, or, where only the plain kind is known, to a free name."""
        try:
            await self._said(client.posix_rename(part, path), path, asyncssh.SFTPOpUnsupported)
        except asyncssh.SFTPOpUnsupported:
            await self._said(client.rename(part, path), path)

    async def _said(
        self, asked: Awaitable[_Answer], what: str, *passed: type[asyncssh.SFTPError]
    ) -> _Answer:
        """Return an answer; errors become ours, but those that the caller asks for."""
        try:
            return await asyncio.wait_for(asked, self._settings.timeout)
        except (asyncssh.Error, OSError, ValueError) as error:
            if passed and isinstance(error, passed):
                raise
            if isinstance(error, _REFUSED):
                problem = f"it refuses {what} ({type(error).__name__}); see what {self._who} may do"
                raise TelcoError(self._settings.name, problem) from None
            await self.aclose()
            problem = f"{self._who} breaks off or cannot now ({type(error).__name__})"
            raise SystemUnreachable(self._settings.name, problem) from None

    async def _opened(self) -> asyncssh.SFTPClient:
        if self._client is None:
            keys = self._settings.sftp.read_files(self._settings.name)
            try:
                async with asyncio.timeout(self._settings.timeout):
                    self._connection = await self._connected(*keys)
                    self._client = await self._connection.start_sftp_client()
            except (asyncssh.Error, OSError, ValueError) as error:
                await self.aclose()
                raise SystemUnreachable(self._settings.name, self._refusal(error)) from None
        return self._client

    async def _connected(
        self, key: asyncssh.SSHKey, known: asyncssh.SSHKnownHosts
    ) -> asyncssh.SSHClientConnection:
        """Connect: public key only, strict host key, no agent, nothing of ~/.ssh."""
        sftp = self._settings.sftp
        return await asyncssh.connect(
            sftp.host,
            sftp.port,
            username=sftp.user,
            client_keys=[key],
            known_hosts=known,
            preferred_auth="publickey",
            gss_host=None,
            agent_path=None,
            config=None,
            x509_trusted_certs=None,
            x509_trusted_cert_paths=[],
            keepalive_interval=_KEEPALIVE_S,
        )

    @property
    def _who(self) -> str:
        sftp = self._settings.sftp
        return f"{sftp.user}@{sftp.host} port {sftp.port}"

    def _refusal(self, error: Exception) -> str:
        sftp = self._settings.sftp
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            file = Path(sftp.known_hosts)
            return (
                f"the host key of {sftp.host} port {sftp.port} is not the one in {file}: somebody"
                " else may be answering; compare the key with its owner's before adding it"
            )
        if isinstance(error, asyncssh.PermissionDenied):
            return f"{self._who} does not let the key {sftp.key_file} in; give it the public half"
        return f"{self._who} does not answer ({type(error).__name__})"
