"""Keys of SIMs: made here, or read from the vendor; never shown.

A key is 32 hexadecimal digits in lower case. OPc is the operator's OP under the SIM's K (3GPP TS
35.206, 4.1); a vendor delivers one of both.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from forerunner.errors import InvalidData
from forerunner.vault import open_vault

_KEY = re.compile(r"[0-9A-Fa-f]{32}")
_ZERO = "0" * 32
_FILE_BYTES = 4096
_VAULT = b"$ANSIBLE_VAULT;"

Keys = tuple[str, str]
"""K and OPc."""


def key_problem(text: str) -> str:
    """Return what is wrong with a key, without showing it; empty when nothing is."""
    if not _KEY.fullmatch(text):
        return "it is no key of 32 hexadecimal digits"
    return "it is zeros only, which protect nothing" if text == _ZERO else ""


def opc_of(k: str, op: str) -> str:
    """Return OPc from K and OP."""
    cipher = Cipher(algorithms.AES(bytes.fromhex(k)), modes.ECB()).encryptor()  # noqa: S305 - TS 35.206
    plain = bytes.fromhex(op)
    return bytes(a ^ b for a, b in zip(cipher.update(plain), plain, strict=True)).hex()


def generated(op: str = "") -> Iterator[Keys]:
    """Yield fresh keys without end; with an operator's OP each OPc is of that."""
    while True:
        k = secrets.token_hex(16)
        yield k, (opc_of(k, op) if op else secrets.token_hex(16))


class Seen:
    """Tells whether a key came before, holding no key: a dump of its memory shows none."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(16)
        self._marks: set[bytes] = set()

    def add(self, key: str) -> bool:
        """Note a key, and return whether it came before."""
        mark = hashlib.blake2b(key.encode(), digest_size=12, key=self._salt).digest()
        if mark in self._marks:
            return True
        self._marks.add(mark)
        return False


class TransportKey:
    """What a vendor encrypts keys with on their way: AES or 3DES, each block by itself (ECB).

    Args:
        algorithm: `aes` or `3des`.
        key: Of it.

    Raises:
        ValueError: It is none, or its parts are alike, which makes single DES of it.
    """

    def __init__(self, algorithm: Literal["aes", "3des"], key: bytes) -> None:
        # The vendors' format, which is not ours to choose.
        cipher = algorithms.AES(key) if algorithm == "aes" else TripleDES(_three_parts(key))
        self._cipher = Cipher(cipher, modes.ECB())  # noqa: S305

    def open(self, text: str) -> str:
        """Return a key from its ciphertext, both hexadecimal."""
        return self._cipher.decryptor().update(bytes.fromhex(text)).hex()

    def __repr__(self) -> str:
        return "TransportKey()"


def _three_parts(key: bytes) -> bytes:
    """Return a key of 3DES with all of its parts: of two, the first comes again (ISO 8732)."""
    whole = key + key[:8] if len(key) == 16 else key
    first, second, third = whole[:8], whole[8:16], whole[16:]
    if second in (first, third):
        raise ValueError("two parts of the key are alike, which makes single DES of it")
    return whole


def read_secret(
    path: Path, field: str, sizes: tuple[int, ...], password_file: Path | None = None
) -> bytes:
    """Return a hexadecimal secret from a file that nobody else may read, or from a vault.

    Args:
        path: The file; it may be encrypted by `ansible-vault encrypt`.
        field: Of the request, for the message.
        sizes: Bytes that it may have.
        password_file: Of the vault.

    Raises:
        InvalidData: It is missing, open to others, or holds something else; it is not shown.
        VaultError: There is no password to a vault.
    """
    raw = _read_private(path, field, password_file)
    try:
        secret = bytes.fromhex(raw.strip().decode("ascii"))
    except ValueError:
        secret = b""
    if len(secret) not in sizes or not any(secret):
        wanted = " or ".join(str(2 * size) for size in sizes)
        problem = f"is to hold {wanted} hexadecimal digits alone, and not zeros only"
        raise InvalidData(str(path), field, problem)
    return secret


def _read_private(path: Path, field: str, password_file: Path | None) -> bytes:
    try:
        with path.open("rb") as file:
            raw, mode = file.read(_FILE_BYTES), os.fstat(file.fileno()).st_mode
    except OSError as error:
        raise InvalidData(str(path), field, f"cannot be read: {error.strerror}") from None
    if raw.startswith(_VAULT):
        return open_vault(raw, path, password_file)
    if mode & 0o077:
        raise InvalidData(str(path), field, f"others may read it; run: chmod 600 {path}")
    return raw
