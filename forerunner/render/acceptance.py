"""A quick yes for data that fits its schema, so that thousands of devices are checked in seconds.

jsonschema takes twice as long to check a device as jinja2 takes to render it. What is accepted here
fits; for the rest jsonschema is asked, which says what is wrong and knows every keyword.
"""

import re
from collections.abc import Callable
from typing import Any

from forerunner.render.words import Schema

Accept = Callable[[Any], bool]

_TYPES: dict[str, Accept] = {
    "array": lambda value: type(value) is list,
    "boolean": lambda value: type(value) is bool,
    "integer": lambda value: type(value) is int,
    "null": lambda value: value is None,
    # A float may be no finite number: that is for the other one to say.
    "number": lambda value: type(value) is int,
    "object": lambda value: type(value) is dict,
    "string": lambda value: type(value) is str,
}
_SILENT = frozenset(("description", "default", "writeOnly"))
_OF_OBJECTS = frozenset(("required", "additionalProperties"))


def acceptance(schema: Schema) -> Accept:
    """Return what says yes only to values that fit a schema of the model.

    Raises:
        KeyError: The schema has a keyword, or a type, that is not known here.
    """
    if isinstance(schema.get("type"), list):
        kinds = schema["type"]
        rest = acceptance({**schema, "type": kinds[0]})
        return lambda value: (value is None and "null" in kinds) or rest(value)
    keywords = [key for key in schema if key not in _SILENT | _OF_OBJECTS]
    steps = tuple(_KEYWORDS[key](schema) for key in keywords)
    return lambda value: all(step(value) for step in steps)


def _enumerated(schema: Schema) -> Accept:
    # Words and None alone: 1 would be True.
    words = frozenset(each for each in schema["enum"] if each is None or isinstance(each, str))
    return lambda value: (value is None or type(value) is str) and value in words


def _matching(schema: Schema) -> Accept:
    search = re.compile(schema["pattern"]).search
    return lambda value: search(value) is not None


def _object(schema: Schema) -> Accept:
    parts = {key: acceptance(part) for key, part in schema["properties"].items()}
    required = frozenset(schema["required"])

    def accept(value: Any) -> bool:
        if not required <= value.keys():
            return False
        return all(key in parts and parts[key](each) for key, each in value.items())

    return accept


def _items(schema: Schema) -> Accept:
    accept = acceptance(schema["items"])
    return lambda value: all(map(accept, value))


# The type comes first in every schema, so that the others know what they look at.
_KEYWORDS: dict[str, Callable[[Schema], Accept]] = {
    "type": lambda schema: _TYPES[schema["type"]],
    "enum": _enumerated,
    "pattern": _matching,
    "properties": _object,
    "items": _items,
    "minItems": lambda schema: lambda value: len(value) >= schema["minItems"],
    "minLength": lambda schema: lambda value: len(value) >= schema["minLength"],
    "maxLength": lambda schema: lambda value: len(value) <= schema["maxLength"],
    "minimum": lambda schema: lambda value: value >= schema["minimum"],
    "maximum": lambda schema: lambda value: value <= schema["maximum"],
}
