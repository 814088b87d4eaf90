"""Opening a trusted connection; asyncssh's errors become ours, with what to do next."""

from typing import Any

import asyncssh

from forerunner.fleet import trust
from forerunner.fleet.device import Device
from forerunner.fleet.errors import NoAnswer, Unreachable

# A device that stops answering is found out by keepalives, not by a command's own timeout.
_KEEPALIVE_S = 5
# Of what a device offers, what costs least for the same strength comes first; AES is in hardware.
_CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"
LOST = (asyncssh.Error, OSError)


async def open_connection(device: Device, timeout_s: float) -> asyncssh.SSHClientConnection:
    """Connect to a device: public key only, strict host key, no agent, no ~/.ssh.

    Raises:
        NoAnswer: Nobody is there, or the connection broke off; trying again may help.
        Unreachable: A key or a host key is not accepted; trying again does not help.
    """
    try:
        return await asyncssh.connect(device.address, device.port, **_options(device, timeout_s))
    except FileNotFoundError:
        check_files(device)
        raise
    except asyncssh.HostKeyNotVerifiable as error:
        raise Unreachable(device.name, _host_key_problem(device)) from error
    except asyncssh.PermissionDenied as error:
        raise Unreachable(device.name, _key_problem(device)) from error
    except TimeoutError as error:
        raise NoAnswer(
            device.name,
            f"no SSH session with {device.address} port {device.port} within {timeout_s:g} s; "
            f"see whether it answers: ssh -p {device.port} {device.user}@{device.address}",
        ) from error
    except (*LOST, ValueError) as error:
        raise NoAnswer(device.name, lost(device, error)) from error


def check_files(device: Device) -> None:
    """See that the device's key and its list of host keys are there.

    Raises:
        Unreachable: Names the file that is missing.
    """
    for what, path in (("private key", device.key_file), ("known_hosts", device.known_hosts)):
        if not path.is_file():
            raise Unreachable(
                device.name,
                f"its {what} file {path} does not exist; in the lab, run: "
                "ansible-playbook playbooks/build_lab.yml",
            )


def lost(device: Device, error: Exception) -> str:
    """Return what to say of a session that broke off, and how to look further."""
    cause = str(error) or type(error).__name__
    return (
        f"{device.address} port {device.port}: {cause}; "
        f"see whether it answers: ssh -p {device.port} {device.user}@{device.address}"
    )


def _options(device: Device, timeout_s: float) -> dict[str, Any]:
    return {
        "username": device.user,
        "client_keys": trust.client_keys(device.key_file),
        "known_hosts": trust.known_hosts(device.known_hosts),
        "preferred_auth": "publickey",
        "gss_host": None,
        "agent_path": None,
        "config": None,
        # No certificates of ~/.ssh either; nor is it looked for them once a device.
        "x509_trusted_certs": None,
        "x509_trusted_cert_paths": [],
        "encryption_algs": _CIPHERS,
        "compression_algs": ["none"],
        "connect_timeout": timeout_s,
        "login_timeout": timeout_s,
        "keepalive_interval": _KEEPALIVE_S,
    }


def _key_problem(device: Device) -> str:
    return (
        f"{device.address} does not let {device.user} in with the key {device.key_file}; "
        "put its public half into the account's authorized keys"
    )


def _host_key_problem(device: Device) -> str:
    known = trust.known_hosts(device.known_hosts)
    trusted = known.match(device.address, device.address, device.port)[0]
    where = f"{device.address} in {device.known_hosts}"
    if trusted:
        return (
            f"its host key is not the one that is known for {where}: somebody else may be "
            "answering. If the device was rebuilt, compare the key on its console and replace "
            "the line"
        )
    return f"there is no host key for {where}: compare the key on its console and add the line"
