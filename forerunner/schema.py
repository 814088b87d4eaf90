"""Checking data from outside against a JSON Schema, with a message that a person can act on."""

from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from forerunner.errors import InvalidData


def _field(path: Iterable[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def check(data: object, schema: Mapping[str, Any], source: str) -> None:
    """Raise `InvalidData` that names the source, the field and the problem unless `data` fits.

    Args:
        data: Plain JSON data.
        schema: A JSON Schema, draft 2020-12.
        source: The file or variable that `data` came from, for the message.

    Raises:
        InvalidData: For the most telling of the violations.
    """
    error = best_match(Draft202012Validator(schema).iter_errors(data))
    if error is not None:
        raise InvalidData(source, _field(error.absolute_path), error.message)
