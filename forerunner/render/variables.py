"""The inventory variables that an intent is made of, as plain data out of Ansible's."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from forerunner.errors import InvalidData
from forerunner.render.intent import NETWORK, PREFIX, has_intent, intended
from forerunner.render.network import check_network

_TEMPLATES = ("{{", "{%", "{#")


def plain_variables(
    hostvars: Any, names: Iterable[str], network: Mapping[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    """Return, by host, the variables that `host_intent` reads, as plain JSON data.

    What holds no template is copied as it is: to let Ansible look for templates in the data of a
    thousand devices takes ten times as long as to render them.

    Args:
        hostvars: Ansible's `hostvars`.
        names: Inventory names.
        network: The inventory's `network_data`, which is made of all hosts: no single host's
            variables can be asked for it.

    Raises:
        InvalidData: A value is no JSON, as a date; names host and variable.
    """
    shared = {NETWORK: _plain(network)} if network else {}
    return {str(name): _of_host(hostvars, str(name)) | shared for name in names}


def meant(hostvars: Any, names: Iterable[str], network: Mapping[str, Any]) -> Callable[[str], str]:
    """Return what gives the whole configuration that a device is meant to run, by its name.

    Whatever plans, changes or looks for drift asks here, so that all of them mean the same: the
    host's own `intent_*` sections, and `network_data` where they say nothing.

    Args:
        hostvars: Ansible's `hostvars`.
        names: Inventory names of the devices that may be asked for.
        network: The inventory's `network_data`; empty where there is none.

    Raises:
        InvalidData: The network does not fit; the function raises what `intended` does.
    """
    if network:
        check_network(network)
    variables = plain_variables(hostvars, names, network)
    return lambda name: _text(name, variables[name])


def _text(name: str, variables: Mapping[str, Any]) -> str:
    if not has_intent(name, variables):
        # Nothing said of a device is no word that it is to run nothing.
        said = f"nothing says what it is to run: neither {PREFIX}... of its own nor {NETWORK}"
        raise InvalidData(f"host {name}", f"{NETWORK}.routers", said)
    return intended(name, variables)


def _of_host(hostvars: Any, name: str) -> dict[str, Any]:
    raw = hostvars.raw_get(name) if hasattr(hostvars, "raw_get") else hostvars[name]
    templated: Mapping[str, Any] | None = None
    variables = {}
    for key in raw:
        if not key.startswith(PREFIX) and key != "ansible_network_os":
            continue
        value = raw[key]
        if not _is_literal(value):
            templated = templated or hostvars[name]
            value = templated[key]
        try:
            variables[str(key)] = _plain(value)
        except TypeError as error:
            raise InvalidData(f"host {name}", key, f"{error}; write it in quotes") from None
    return variables


def _is_literal(value: Any) -> bool:
    if isinstance(value, str):
        return not any(mark in value for mark in _TEMPLATES)
    if isinstance(value, Mapping):
        return all(map(_is_literal, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_literal, value))
    # A value in a vault is none of these, and Ansible opens it.
    return value is None or isinstance(value, bool | int | float)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    raise TypeError(f"a {type(value).__name__} is no plain data")
