"""What a person is asked for when a DAG is started by hand."""

from typing import Any

from airflow.sdk import Param

_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]*"
# The end as JavaScript and Python both see it: "$" would let a newline through.
_END = r"(?![\s\S])"


def text(pattern: str, description: str, longest: int, default: str | None = None) -> Param:
    """Return a text that fits a pattern from its first character to its last.

    Args:
        pattern: Regular expression of the whole text.
        description: For the person.
        longest: Characters.
        default: The text without an answer; None makes an answer necessary.
    """
    asked: dict[str, Any] = {} if default is None else {"default": default}
    asked |= {"type": "string", "pattern": f"^{pattern}{_END}", "maxLength": longest}
    return Param(description=description, **asked)


def link() -> Param:
    """Return the name of a link."""
    return text(f"{_NAME}:{_NAME}", "Name of the link, as r1:r3.", 128)


def device(description: str) -> Param:
    """Return the inventory name of a device."""
    return text(_NAME, description, 64)


def check() -> Param:
    """Return whether it is a dry run."""
    return Param(False, type="boolean", description="Only show what would change.")


def sim_order() -> dict[str, Param]:
    """Return what a request for SIMs may hold, from the same schema as a request's file."""
    from forerunner.sims.form import PROPERTIES, SCHEMA

    needed = SCHEMA["required"]
    return {name: _asked(dict(each), name in needed) for name, each in PROPERTIES.items()}


def shards() -> Param:
    """Return into how many parts an order is cut, which are applied side by side."""
    return Param(1, type="integer", minimum=1, maximum=64, description="Parts, side by side.")


def _asked(schema: dict[str, Any], needed: bool) -> Param:
    # Airflow's form shows a description of its own name, and takes null for no answer.
    if needed:
        return Param(**schema)
    kinds = schema.pop("type", "string")
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return Param(None, type=["null", kinds], **schema)
