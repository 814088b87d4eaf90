"""What an edit that nobody has reviewed may not hold: an inventory is a program to Ansible.

Templates in it are run on the controller, and variables of the connection name programs. An edit
that brings a new one is not planned before it is merged, which is a person's word.
"""

import json
from collections.abc import Hashable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

_TEMPLATE = ("{{", "{%", "{#")
_CONNECTION = "ansible_"
_DATA = frozenset({".yml", ".yaml", ".json"})
_PROSE = frozenset({".md", ".txt"})
_MOST_BYTES, _MOST_LEAVES = 1_000_000, 200_000
Leaf = tuple[str, str]


class _Loader(yaml.SafeLoader):
    """Reads a value under a tag of Ansible's as what it is, and says which tag it was."""


def _tagged(_loader: _Loader, tag: str, node: yaml.Node) -> str:
    # Looks like the template that it may be.
    return f"{{{{ !{tag} {node.value} }}}}"


_Loader.add_multi_constructor("!", _tagged)


def faults(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Return what a person must look at before an edit is planned; empty for plain data.

    Args:
        before: Content of the files by path, as merged.
        after: The same with the edit.
    """
    changed = {name: x for name, x in after.items() if before.get(name) != x}
    return [
        fault for name, content in changed.items() for fault in _of(name, before.get(name), content)
    ]


def _of(name: str, before: bytes | None, after: bytes) -> Iterator[str]:
    kind = PurePosixPath(name).suffix
    if kind in _PROSE:
        return
    if kind not in _DATA or len(after) > _MOST_BYTES:
        yield f"{name}: is no YAML file of a sensible size"
        return
    try:
        known = set(_leaves(before)) if before is not None else set()
        fresh = [leaf for leaf in _leaves(after) if leaf not in known]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        yield f"{name}: cannot be read: {str(error).splitlines()[0]}"
        return
    for place, value in fresh:
        if any(mark in value or mark in place for mark in _TEMPLATE):
            yield f"{name}: {place} holds a new template or tag"
        elif _CONNECTION in place:
            yield f"{name}: {place} says how to connect"


def _leaves(content: bytes) -> Iterator[Leaf]:
    documents = yaml.load_all(content.decode(), Loader=_Loader)
    for number, leaf in enumerate(x for each in documents for x in _walk(each, "")):
        # A few lines of aliases may stand for more than there is memory.
        if number >= _MOST_LEAVES:
            raise ValueError("holds too much")
        yield leaf


def _walk(value: Any, place: str) -> Iterator[Leaf]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _walk(inner, f"{place}.{_text(key)}")
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _walk(inner, f"{place}[{number}]")
    else:
        yield place.removeprefix("."), _text(value)


def _text(value: Hashable) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
