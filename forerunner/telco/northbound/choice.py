"""Choosing the style in which a system is spoken to."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from forerunner.errors import InvalidData


def chosen(
    name: str, data: Mapping[str, Any], styles: Mapping[str, Sequence[str]]
) -> tuple[str, Mapping[str, Any]]:
    """Return the style that is set, and the settings that are for it.

    A role has variables for every style, so those of the others are given, too: they are left out.

    Args:
        name: Inventory name of the system.
        data: Its settings, and `style`; the first of the styles where that is missing.
        styles: Of each style the settings that not every one has.

    Raises:
        InvalidData: There is no such style.
    """
    style = data.get("style", next(iter(styles)))
    if style not in styles:
        raise InvalidData(name, "style", f"is none of {', '.join(styles)}; set one of them")
    others = set(chain({"style"}, *styles.values())) - set(styles[style])
    return style, {key: value for key, value in data.items() if key not in others}
