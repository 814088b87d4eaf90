"""Keys of SIMs where they rest: sealed by AES-GCM under the vault password.

Source: NIST SP 800-38D. What a text is sealed for (an order's chunk, an IMSI) is bound to it, so
that a sealed text that was moved to another place does not open there.
"""

import base64
import hashlib
import os
import zlib
from functools import cache, cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forerunner.orders.errors import OrderError
from forerunner.vault import read_password

_NONCE_BYTES = 12
# As slow to guess as is bearable once a process.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Seal:
    """Seals texts and opens them.

    Args:
        password: Of the vault; not empty.
    """

    def __init__(self, password: bytes) -> None:
        self._password = password

    @cached_property
    def _cipher(self) -> AESGCM:
        # Half of the steps of an order open no text, and this takes as long as the rest of one.
        return AESGCM(hashlib.scrypt(self._password, salt=b"forerunner sim keys", **_SCRYPT))

    def close(self, text: str, place: str) -> str:
        """Return a text sealed for a place, as ASCII."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, zlib.compress(text.encode(), 1), place.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, place: str) -> str:
        """Return the text that was sealed for a place.

        Raises:
            OrderError: It was sealed by another password, for another place, or was changed.
        """
        raw = base64.b64decode(sealed)
        try:
            text = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
        except InvalidTag:
            problem = "was sealed by another vault password, or was changed"
            raise OrderError(f"{place}: {problem}; name the password of then") from None
        return zlib.decompress(text).decode()


@cache
def open_seal(file: Path, create: bool = False) -> Seal:
    """Return the seal under the password in a file.

    Args:
        file: A vault password file as Ansible takes it.
        create: Make one when it is missing.

    Raises:
        VaultError: It is missing, empty, or others may read it.
    """
    return Seal(read_password(file, create))
