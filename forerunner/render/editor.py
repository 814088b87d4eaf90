"""The schema of the inventory's files, for editors: `inventories/schema.json`."""

import json
from collections.abc import Mapping
from typing import Any

from forerunner.render.intent import OPTIONS, PLATFORM, PREFIX
from forerunner.render.model import PLATFORMS, SECTIONS

# What Ansible makes a value of when it runs.
_TEMPLATE = {"type": "string", "pattern": r"\{\{[\s\S]*\}\}|\{%[\s\S]*%\}"}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a variables file: the model, each value perhaps a template."""
    sections = {f"{PREFIX}{name}": _editable(part) for name, part in SECTIONS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Forerunner: the intent of a device",
        "description": "Made from forerunner/render/model.py by: python -m forerunner.render",
        "type": "object",
        "properties": {PLATFORM: {"enum": list(PLATFORMS)}, **sections},
        "propertyNames": {"not": {"pattern": rf"^{PREFIX}(?!(?:{_names()})$)"}},
    }


def text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


def _names() -> str:
    return "|".join((*OPTIONS, *SECTIONS))


def _editable(part: Any) -> Any:
    """Return a schema that takes a template wherever it takes a value."""
    if not isinstance(part, Mapping) or not part.keys() & {"type", "enum"}:
        return part
    inner = dict(part)
    if "properties" in part:
        inner["properties"] = {key: _editable(each) for key, each in part["properties"].items()}
    if "items" in part:
        inner["items"] = _editable(part["items"])
    described = {key: inner.pop(key) for key in ("description", "default") if key in inner}
    return {**described, "anyOf": [inner, _TEMPLATE]}
