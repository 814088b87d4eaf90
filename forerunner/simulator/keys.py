"""Keys of a simulated fleet: one secret that every host key is derived from, and a user's key."""

import hashlib
import secrets
from pathlib import Path

import asyncssh
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forerunner.files import write_whole
from forerunner.simulator.fleet import Fleet

USER = "netops"


def make_keys(directory: Path) -> None:
    """Make the fleet's secret and its user's key, where they are missing."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    if not _secret_file(directory).exists():
        write_whole(_secret_file(directory), secrets.token_bytes(32))
    if not user_key(directory).exists():
        key = asyncssh.generate_private_key("ssh-ed25519", comment=USER)
        write_whole(user_key(directory), key.export_private_key())
        write_whole(directory / f"{USER}.pub", key.export_public_key())


def user_key(directory: Path) -> Path:
    """Return the file of the private key that lets `USER` in everywhere."""
    return directory / USER


def authorized_keys(directory: Path) -> asyncssh.SSHAuthorizedKeys:
    """Return what lets the fleet's user in."""
    return asyncssh.read_authorized_keys(str(directory / f"{USER}.pub"))


def host_key(directory: Path, name: str) -> asyncssh.SSHKey:
    """Return the host key of a device: always the same for the same secret and name."""
    seed = hashlib.sha256(_secret_file(directory).read_bytes() + name.encode()).digest()
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return asyncssh.import_private_key(pem)


def known_hosts(fleet: Fleet) -> str:
    """Return the host keys of a fleet in OpenSSH's format, one line a device."""
    lines = []
    for device in fleet.devices:
        public = host_key(fleet.directory, device.name).export_public_key().decode().strip()
        lines.append(f"[{device.address}]:{device.port} {public}\n")
    return "".join(lines)


def _secret_file(directory: Path) -> Path:
    return directory / "secret"
