"""Keeping full texts: encrypted by ansible-vault, secrets named by keyed digests."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import VaultLib, VaultSecret

from forerunner.backup.errors import BackupError
from forerunner.dialects import redaction
from forerunner.dialects.redaction import keyed_digest, redact
from forerunner.vault import PASSWORD_FILE, VaultError, read_password

# As slow to guess as is bearable once a run: the digests must not give the password away.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Seal:
    """Encrypts full texts and names secrets, under one password.

    Args:
        password: Of ansible-vault; not empty.
        source: Where it came from, for messages.
    """

    def __init__(self, password: bytes, source: str) -> None:
        self._source = source
        self._vault: Any = VaultLib([("default", VaultSecret(password))])
        self._key = hashlib.scrypt(password, salt=b"forerunner secret digests", **_SCRYPT)
        self._mark_key = hmac.digest(self._key, _rules(), "sha256")

    def readable(self, host: str, config: str) -> str:
        """Return a configuration for people: each secret replaced by its digest on this device.

        The same secret on another device has another digest: who reads learns of no reuse.
        """
        return redact(config, lambda secret: keyed_digest(self._key, f"{host}\0{secret}"))

    def mark(self, host: str, config: str, stored: str) -> str:
        """Return what a full text is known again by, without redacting it once more.

        Another device, text, stored version, password or rule of redaction gives another mark.

        Args:
            host: Inventory name of the device.
            config: The full text.
            stored: Git's name of what is stored of it for people.
        """
        text = f"{host}\0{stored}\0{config}".encode()
        return hmac.digest(self._mark_key, text, "sha256").hex()

    def encrypt(self, configs: Mapping[str, str]) -> dict[str, bytes]:
        """Return the full texts by device, each as `ansible-vault view` reads it."""
        # Deriving a key takes milliseconds and leaves the interpreter to the others.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            sealed = pool.map(self._vault.encrypt, configs.values())
            return dict(zip(configs, sealed, strict=True))

    def decrypt(self, sealed: bytes, what: str) -> str:
        """Return a full text.

        Args:
            sealed: As `encrypt` gave it.
            what: For the message, as `r1 of commit 1a2b3c`.

        Raises:
            BackupError: It was encrypted under another password, or was changed.
        """
        try:
            text: bytes = self._vault.decrypt(sealed)
        except AnsibleError as error:
            problem = f"cannot be decrypted with {self._source}; name the file of the password "
            problem += f"that was in use then: {PASSWORD_FILE}=…"
            raise BackupError(f"the backup of {what} {problem}") from error
        return text.decode()


def _rules() -> bytes:
    """Return what tells one version of the rules of redaction from another."""
    return hashlib.sha256(Path(redaction.__file__).read_bytes()).digest()


def open_seal(file: Path, create: bool = False, used: bool = False, check: bool = False) -> Seal:
    """Return the seal under the password in a file.

    Args:
        file: A vault password file as Ansible takes it: text, or a program that prints it.
        create: Make it with a fresh password, readable for its owner alone, when it is missing.
        used: Something is encrypted under it already: never make another one then.
        check: Where one would be created, use one of the moment and leave no file.

    Raises:
        BackupError: It is missing, empty, or others may read it.
    """
    try:
        password = read_password(file, create, used, check)
    except VaultError as error:
        raise BackupError(str(error)) from error
    return Seal(password, str(file))
