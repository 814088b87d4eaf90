"""The words that the model's schema is written in."""

from typing import Any

Schema = dict[str, Any]

# The end as JavaScript and Python both see it: "$" would let a newline through, and with it a
# line of configuration that nobody meant.
_END = r"(?![\s\S])"
# What would end a string, ask for help or begin a control sequence on some platform.
_TEXT_CHARACTERS = r'[^\u0000-\u001f\u007f-\u009f"\\?^]'


def pattern(pattern: str, what: str, **more: Any) -> Schema:
    """Return the schema of a text that fits a regular expression from end to end."""
    return {"type": "string", "pattern": f"^{pattern}{_END}", "description": what, **more}


def text(what: str, longest: int = 200) -> Schema:
    """Return the schema of one printable line."""
    return pattern(f"{_TEXT_CHARACTERS}+", what, maxLength=longest)


def name(what: str) -> Schema:
    """Return the schema of a name that is one word on every platform."""
    return pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]*", what, maxLength=63)


def interface(what: str) -> Schema:
    """Return the schema of an interface's name."""
    return pattern(r"[A-Za-z][A-Za-z0-9/._:-]*", what, maxLength=63)


def integer(what: str, low: int, high: int, **more: Any) -> Schema:
    """Return the schema of an integer with its bounds."""
    return {"type": "integer", "minimum": low, "maximum": high, "description": what, **more}


def flag(what: str, default: bool) -> Schema:
    """Return the schema of a switch."""
    return {"type": "boolean", "default": default, "description": what}


def choice(what: str, *values: str, **more: Any) -> Schema:
    """Return the schema of one of some values."""
    return {"enum": list(values), "description": what, **more}


def array(items: Schema, what: str, **more: Any) -> Schema:
    """Return the schema of a list; one that is left out is empty."""
    return {"type": "array", "items": items, "description": what, "default": [], **more}


def section(what: str, required: str, **properties: Schema) -> Schema:
    """Return an object's schema; what is not required and has no default may be null."""
    needed = required.split()
    optional = {
        name: _nullable(schema) if name not in needed and "default" not in schema else schema
        for name, schema in properties.items()
    }
    return {
        "type": "object",
        "description": what,
        "properties": optional,
        "required": needed,
        "additionalProperties": False,
    }


def _nullable(schema: Schema) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None], "default": None}
    return {**schema, "type": [schema["type"], "null"], "default": None}


ADDRESS = r"[0-9A-Fa-f:.]+"
V4 = r"[0-9]+(?:\.[0-9]+){3}"
# Told apart by their form here; netaddr says whether they are any (forerunner.render.checks).
IP = pattern(ADDRESS, "An address, as 192.0.2.1 or 2001:db8::1.")
IPV4 = pattern(V4, "An IPv4 address, as 192.0.2.1.")
PREFIX = pattern(rf"{V4}/[0-9]+", "An IPv4 prefix, as 198.51.100.0/24.")
SECONDS = {"low": 1, "high": 65535}
AS = {"low": 1, "high": 4294967295}


def secret(what: str) -> Schema:
    """Return the schema of one word that must not be in Git in clear."""
    said = f"{what} From vault or the environment, never in clear in Git."
    one_word = r'[^\u0000-\u0020\u007f-\uffff"\\?^]+'
    # JSON Schema's word for what is never shown again: messages leave the value out.
    return pattern(one_word, said, minLength=8, maxLength=200, writeOnly=True)
