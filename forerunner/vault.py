"""The vault password, from a file as Ansible takes it: what full texts and keys are sealed by."""

import os
import secrets
from pathlib import Path

from forerunner.errors import ForerunnerError

PASSWORD_FILE = "FORERUNNER_VAULT_PASSWORD_FILE"  # noqa: S105 - the name of a variable
_PASSWORD_BYTES = 32


class VaultError(ForerunnerError):
    """There is no password to seal by, or others may read it."""


def read_password(
    file: Path, create: bool = False, used: bool = False, check: bool = False
) -> bytes:
    """Return the password in a vault password file: text, or a program that prints it.

    Args:
        file: The file.
        create: Make it with a fresh password, readable for its owner alone, when it is missing.
        used: Something is sealed under it already: never make another one then.
        check: Where one would be created, return one of the moment and leave no file.

    Raises:
        VaultError: It is missing, empty, or others may read it.
    """
    if not file.exists() and create and not used:
        if check:
            return secrets.token_bytes(_PASSWORD_BYTES)
        _create(file)
    if not file.is_file():
        hint = "put it back: what is sealed was sealed with it" if used else "write one there"
        raise VaultError(f"{file}: there is no vault password; {hint}, or set {PASSWORD_FILE}")
    if file.stat().st_mode & 0o077:
        raise VaultError(f"{file}: others may read the vault password; run: chmod 600 {file}")
    return _read(file)


def _read(file: Path) -> bytes:
    # Ansible takes a second to load; what seals nothing does not wait for it.
    from ansible.errors import AnsibleError  # noqa: PLC0415
    from ansible.parsing.dataloader import DataLoader  # noqa: PLC0415
    from ansible.parsing.vault import get_file_vault_secret  # noqa: PLC0415

    try:
        secret = get_file_vault_secret(str(file), loader=DataLoader())
        secret.load()
    except AnsibleError as error:
        raise VaultError(f"{file}: no vault password can be read: {error}") from error
    return bytes(secret.bytes)


def open_vault(text: bytes, source: Path, password_file: Path | None) -> bytes:
    """Return what `ansible-vault encrypt` encrypted.

    Args:
        text: The encrypted text.
        source: Where it stands, for the message.
        password_file: The vault password's; None for the one that the environment names.

    Raises:
        VaultError: There is no password, or it is another one.
    """
    from ansible.errors import AnsibleError  # noqa: PLC0415
    from ansible.parsing.vault import VaultLib, VaultSecret  # noqa: PLC0415

    named = str(password_file or os.environ.get(PASSWORD_FILE, ""))
    if not named:
        raise VaultError(f"{source}: is a vault, and no password is named; set {PASSWORD_FILE}")
    secret = VaultSecret(read_password(Path(named)))
    try:
        return bytes(VaultLib([("default", secret)]).decrypt(text))
    except AnsibleError:
        problem = "the vault password does not open it"
        raise VaultError(f"{source}: {problem}; name its own by {PASSWORD_FILE}") from None


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
