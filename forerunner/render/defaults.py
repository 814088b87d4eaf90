"""Filling in what an intent leaves out, so that no template has to ask whether a field is there."""

from collections.abc import Callable, Mapping
from typing import Any

from forerunner.render.model import SECTIONS
from forerunner.render.words import Schema

Fill = Callable[[Any], Any]


def complete(platform: str, name: str, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete intent of a device out of the sections that it has.

    Args:
        platform: As `frr`.
        name: Inventory name, its hostname where section `system` names none.
        sections: Section by name (`interfaces`, `ospf`, ...); checked before.

    Returns:
        `platform`, `hostname` and every section of the model: lists, and objects or None.
    """
    intent = {section: fill(sections.get(section)) for section, fill in _FILLS.items()}
    hostname = intent["system"]["hostname"] or name
    return {"platform": platform, "hostname": hostname, **intent}


def _fill_of(schema: Schema) -> Fill | None:
    """Return what fills values of a schema; None where there is nothing to fill."""
    if "properties" in schema:
        return _fill_object(schema)
    each = _fill_of(schema["items"]) if "items" in schema else None
    if each is None:
        return None
    return lambda values: [each(value) for value in values]


def _fill_object(schema: Schema) -> Fill:
    properties = schema["properties"]
    defaults = {key: part["default"] for key, part in properties.items() if "default" in part}
    inner = [(key, each) for key, part in properties.items() if (each := _fill_of(part))]

    def fill(value: Any) -> Any:
        whole = {**defaults, **value}
        for key, fill_part in inner:
            if whole[key]:
                whole[key] = fill_part(whole[key])
        return whole

    return fill


def _fill_section(section: str, schema: Schema) -> Fill:
    fill = _fill_of(schema)
    # A list that is not there is empty; an object is None, but for `system`, which all have.
    absent: Any = [] if "items" in schema else {} if section == "system" else None

    def fill_or_absent(value: Any) -> Any:
        value = absent if value is None else value
        return value if value is None or fill is None else fill(value)

    return fill_or_absent


_FILLS = {section: _fill_section(section, schema) for section, schema in SECTIONS.items()}
