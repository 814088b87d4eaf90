"""Devices out of the variables that Ansible has of each host: one truth for both."""

import re
import shlex
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData
from forerunner.fleet.device import DeviceResult

_KNOWN_HOSTS = re.compile(r"UserKnownHostsFile[= ](.+)", re.IGNORECASE)
_SSH_ARGUMENTS = ("ansible_ssh_extra_args", "ansible_ssh_common_args", "ansible_ssh_args")
# A pattern that matches no host, and that Ansible does not warn about.
NO_HOST = "all:!all"


def devices_data(
    variables: Mapping[str, Mapping[str, Any]], names: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return the plain data of `devices_from_data`, from Ansible's connection variables.

    Args:
        variables: Ansible's `hostvars`.
        names: Inventory names of the devices.

    Raises:
        InvalidData: Names the host and the variable that is missing.
    """
    return {str(name): _device_data(str(name), variables[name]) for name in names}


def known_hosts_file(variables: Mapping[str, Any]) -> Path:
    """Return the file of trusted host keys that Ansible's own SSH would use for this host."""
    named = (_named_in(str(variables.get(argument) or "")) for argument in _SSH_ARGUMENTS)
    return Path(next(filter(None, named), "~/.ssh/known_hosts")).expanduser()


@cache
def _named_in(arguments: str) -> str:
    """Return the file of host keys that SSH is told of; a whole fleet has the same arguments."""
    found = map(_KNOWN_HOSTS.fullmatch, shlex.split(arguments))
    return next((each[1] for each in found if each), "")


def device_results(results: Mapping[str, DeviceResult]) -> dict[str, Any]:
    """Return the fact that role `device_results` lets each device fail by.

    `pattern` matches the devices that did not make it; `hosts` holds their status and message.
    """
    bad = {name: result.to_dict() for name, result in results.items() if not result.succeeded}
    return {"pattern": ",".join(bad) or NO_HOST, "hosts": bad}


def _device_data(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "address": str(variables.get("ansible_host") or name),
        "user": _required(name, variables, "ansible_user"),
        "key_file": _required(name, variables, "ansible_ssh_private_key_file"),
        "known_hosts": str(known_hosts_file(variables)),
        "platform": _required(name, variables, "ansible_network_os"),
        "port": int(variables.get("ansible_port") or 22),
    }


def _required(name: str, variables: Mapping[str, Any], variable: str) -> str:
    value = variables.get(variable)
    if not value:
        raise InvalidData(f"host {name}", variable, "is not set; give it in the inventory")
    return str(value)
