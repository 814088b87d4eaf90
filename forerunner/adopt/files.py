"""Writing an inventory: a file of intent for each device, and the list of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

_HEADER = "---\n"
_HOSTS = (
    f"{_HEADER}# Written by import_network; delete this line to keep the file as you make it.\n"
)
# What Ansible would carry out when it reads the file.
_TEMPLATES = ("{{", "{%", "{#")


class _Literal(str):
    """A text from a device that must never be a template."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key, as the house's files are."""
        del indentless
        super().increase_indent(flow, indentless=False)


def _unsafe(dumper: yaml.SafeDumper, value: _Literal) -> yaml.ScalarNode:
    return dumper.represent_scalar("!unsafe", str(value), style="'")


_Dumper.add_representer(_Literal, _unsafe)


def intent_file(directory: Path, name: str) -> Path:
    """Return where a device's intent is."""
    return directory / "host_vars" / name / "intent.yml"


def intent_text(variables: Mapping[str, Any], title: str) -> str:
    """Return the file of a device's intent; what looks like a template in it is marked unsafe."""
    body = yaml.dump(
        _literal(variables), Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=100,
        allow_unicode=True,
    )  # fmt: skip
    return f"{_HEADER}# {title}\n{body}"


def hosts_text(names: Iterable[str]) -> str:
    """Return the list of devices."""
    hosts = dict.fromkeys(sorted(names))
    body = yaml.dump({"all": {"children": {"routers": {"hosts": hosts}}}}, Dumper=_Dumper)
    return _HOSTS + body.replace(" null", "")


def write_hosts(directory: Path, names: Iterable[str]) -> bool:
    """Write the list of devices unless somebody keeps it; return whether it changed."""
    path = directory / "hosts.yml"
    before = path.read_text() if path.is_file() else _HOSTS
    known = {file.parent.name for file in directory.glob("host_vars/*/intent.yml")}
    text = hosts_text(known | set(names))
    if not before.startswith(_HOSTS) or before == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return True


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return _Literal(value) if any(mark in value for mark in _TEMPLATES) else value
    if isinstance(value, Mapping):
        return {key: _literal(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_literal(each) for each in value]
    return value
