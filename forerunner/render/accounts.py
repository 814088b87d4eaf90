"""Password hashes and public keys, as each platform wants them written."""

import base64
import binascii
import hashlib
from typing import Any

# What a hash in crypt form begins with: the schemes that a platform takes, and its name of each.
HASH_TYPES: dict[str, dict[str, str]] = {
    "eos": {"$6$": "sha512", "$1$": "5"},
    "ios": {"$9$": "9", "$8$": "8", "$1$": "5"},
    "iosxr": {"$6$": "10", "$9$": "9", "$8$": "8", "$1$": "5"},
    "junos": {"$6$": "", "$5$": "", "$1$": ""},
    "linux": {"$y$": "", "$6$": "", "$5$": ""},
    "nxos": {"$5$": "5", "$1$": "5"},
}
KEY_TYPES: dict[str, tuple[str, ...]] = {
    "eos": ("ssh-rsa", "ssh-ed25519"),
    "ios": ("ssh-rsa",),
    "iosxr": (),
    "junos": ("ssh-rsa", "ssh-ed25519"),
    "linux": ("ssh-rsa", "ssh-ed25519"),
    "nxos": ("ssh-rsa",),
}
"""Kinds of public keys that a platform's configuration can hold."""


def hash_type(password_hash: str, platform: str) -> str:
    """Return the platform's name of a hash's scheme; of its best one for a secret's stand-in."""
    types = HASH_TYPES[platform]
    return types.get(password_hash[:3], next(iter(types.values())))


def keys_for(keys: list[str], platform: str) -> list[str]:
    """Return the public keys that a platform's configuration can hold."""
    return [key for key in keys if key.startswith(KEY_TYPES[platform])]


def key_hash(key: str) -> str:
    """Return the hash by which IOS keeps a public key: MD5 of its body, in capitals."""
    try:
        body = base64.b64decode(key.split()[1], validate=True)
    except (binascii.Error, IndexError):
        body = b""
    return hashlib.md5(body, usedforsecurity=False).hexdigest().upper()


def key_comment(key: str) -> str:
    """Return what stands behind a public key, usually whose it is."""
    return "".join(key.split()[2:3])


FILTERS: dict[str, Any] = {
    "hash_type": hash_type,
    "key_comment": key_comment,
    "key_hash": key_hash,
    "keys_for": keys_for,
}
"""What templates call them by."""
