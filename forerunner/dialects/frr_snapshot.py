"""Ways back to a snapshot of FRR's running configuration, the gentlest first.

Other than on the way to an intended configuration every line counts here, also those that are
nobody's intent (`hostname`, `log`), for the snapshot is to be reached byte for byte.
"""

from collections.abc import Iterator
from dataclasses import replace

from forerunner.dialects import config_tree, frr

_GRAMMAR = replace(
    frr.GRAMMAR, ignored=("frr version ", "frr defaults ", "service integrated-vtysh-config")
)


def changes_back(running: str, snapshot: str) -> list[str]:
    """Return what is missing; once nothing is, what is too much. It resets what it must."""
    return config_tree.next_commands(_parse(running), _parse(snapshot), _GRAMMAR)


def changes_at_once(running: str, snapshot: str) -> list[str]:
    """Return what is too much and then what is missing: an OSPF area must go before another."""
    have, want = _parse(running), _parse(snapshot)
    add, remove = config_tree.missing(want, have), config_tree.too_much(have, want, _GRAMMAR)
    return config_tree.commands(add, remove, _GRAMMAR, remove_first=True)


def sections_anew(running: str, snapshot: str) -> list[str]:
    """Return what removes and writes anew every kind of section that differs, even in its order.

    Sessions that live in these sections are reset.
    """
    have, want = _kinds(running), _kinds(snapshot)
    differing = [kind for kind in {**have, **want} if have.get(kind) != want.get(kind)]
    remove = [path for kind in differing for path in have.get(kind, ())]
    add = {path: path[-1] for kind in differing for path in want.get(kind, ())}
    return config_tree.commands(add, remove, _GRAMMAR, remove_first=True)


def _kinds(text: str) -> dict[tuple[str, ...], list[config_tree.Path]]:
    found: dict[tuple[str, ...], list[config_tree.Path]] = {}
    for kind, path in _by_kind(text):
        found.setdefault(kind, []).append(path)
    return found


def _by_kind(text: str) -> Iterator[tuple[tuple[str, ...], config_tree.Path]]:
    for path in _parse(text):
        words = path[0].split()
        yield tuple(words[: 2 if words[0] in ("ip", "router") else 1]), path


def _parse(text: str) -> config_tree.Paths:
    return config_tree.parse(text, _GRAMMAR)
