"""Keeping full texts: encrypted by ansible-vault, secrets named by keyed digests."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret, get_file_vault_secret

from forerunner.backup.errors import BackupError
from forerunner.dialects.redaction import keyed_digest, redact

PASSWORD_FILE = "FORERUNNER_VAULT_PASSWORD_FILE"  # noqa: S105 - the name of a variable
_PASSWORD_BYTES = 32
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

    def readable(self, host: str, config: str) -> str:
        """Return a configuration for people: each secret replaced by its digest on this device.

        The same secret on another device has another digest: who reads learns of no reuse.
        """
        return redact(config, lambda secret: keyed_digest(self._key, f"{host}\0{secret}"))

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
    if not file.exists() and create and not used:
        if check:
            return Seal(secrets.token_bytes(_PASSWORD_BYTES), "a password of this dry run")
        _create(file)
    if not file.is_file():
        hint = "put it back: the full texts were encrypted with it" if used else "write one there"
        raise BackupError(f"{file}: there is no vault password; {hint}, or set {PASSWORD_FILE}")
    if file.stat().st_mode & 0o077:
        raise BackupError(f"{file}: others may read the vault password; run: chmod 600 {file}")
    return Seal(_password(file), str(file))


def _password(file: Path) -> bytes:
    try:
        secret = get_file_vault_secret(str(file), loader=DataLoader())
        secret.load()
    except AnsibleError as error:
        raise BackupError(f"{file}: no vault password can be read: {error}") from error
    return bytes(secret.bytes)


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(secrets.token_urlsafe(_PASSWORD_BYTES) + "\n")
    try:
        # Whoever comes first wins, and everybody has the same one.
        os.link(temporary, file)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
