"""The lab's SFTP server: it serves one directory to one key, and nothing else."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import asyncssh

from forerunner.files import write_whole

PORT = 2222
USER = "lots"
KEYS = "lot_keys"
FILES = "lot_files"


class LotServer(asyncssh.SFTPServer):
    """Sees one directory as the root; makes no links, so that nothing leads out of it.

    Args:
        channel: Of the session.
        directory: What is served.
        came: Called when a file has its final name.
    """

    def __init__(
        self, channel: "asyncssh.SSHServerChannel[bytes]", directory: Path, came: Callable[[], None]
    ) -> None:
        super().__init__(channel, chroot=str(directory).encode())
        self._came = came

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename a file over whatever is there."""
        super().posix_rename(oldpath, newpath)
        self._came()

    def symlink(self, oldpath: bytes, newpath: bytes) -> None:  # noqa: ARG002
        """Make no link.

        Raises:
            SFTPPermissionDenied: Always.
        """
        raise asyncssh.SFTPPermissionDenied("there are no links here")

    def link(self, oldpath: bytes, newpath: bytes) -> None:  # noqa: ARG002
        """Make no link.

        Raises:
            SFTPPermissionDenied: Always.
        """
        raise asyncssh.SFTPPermissionDenied("there are no links here")


def make_keys(home: Path, address: str) -> None:
    """Make the server's key, its user's, and the line by which the server is known."""
    keys = home / KEYS
    keys.mkdir(exist_ok=True, mode=0o700)
    for name in ("host", USER):
        if not (keys / name).exists():
            key = asyncssh.generate_private_key("ssh-ed25519", comment=name)
            write_whole(keys / f"{name}.pub", key.export_public_key())
            write_whole(keys / name, key.export_private_key())
    public = (keys / "host.pub").read_text().strip()
    write_whole(keys / "known_hosts", f"[{address}]:{PORT} {public}\n")


async def serve(
    home: Path, told: Mapping[str, Any], came: Callable[[], None]
) -> asyncssh.SSHAcceptor:
    """Start the server.

    Args:
        home: The stand-in's directory.
        told: `address`.
        came: Called when a file has its final name.
    """
    keys = home / KEYS
    return await asyncssh.listen(
        told["address"],
        PORT,
        server_host_keys=[str(keys / "host")],
        authorized_client_keys=str(keys / f"{USER}.pub"),
        password_auth=False,
        kbdint_auth=False,
        sftp_factory=partial(LotServer, directory=home / FILES, came=came),
        allow_scp=False,
        agent_forwarding=False,
    )
