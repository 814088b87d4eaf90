"""Keys and host keys, read once for many devices: parsing them costs more than a handshake."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import asyncssh

# A file by its path and by what tells another content of it: its time and its size.
Stamp: TypeAlias = tuple[str, int, int]


def known_hosts(file: Path) -> asyncssh.SSHKnownHosts:
    """Return the host keys of a file in OpenSSH's format, read anew when the file changed.

    Raises:
        OSError: It cannot be read.
        ValueError: A line of it is wrong.
    """
    return _known_hosts(_stamp(file))


def client_keys(file: Path) -> Sequence[asyncssh.SSHKeyPair]:
    """Return the key pairs of a private key file, read anew when the file changed.

    Raises:
        OSError: It cannot be read.
        asyncssh.KeyImportError: It holds no key that can be used.
    """
    return _client_keys(_stamp(file))


def _stamp(file: Path) -> Stamp:
    state = file.stat()
    return str(file), state.st_mtime_ns, state.st_size


@lru_cache(maxsize=8)
def _known_hosts(stamp: Stamp) -> asyncssh.SSHKnownHosts:
    return asyncssh.read_known_hosts(stamp[0])


@lru_cache(maxsize=64)
def _client_keys(stamp: Stamp) -> Sequence[asyncssh.SSHKeyPair]:
    return asyncssh.load_keypairs(stamp[0])
