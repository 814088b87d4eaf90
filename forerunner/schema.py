"""Checking data from outside against a JSON Schema, with a message that a person can act on."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from forerunner.errors import InvalidData

# As much of a value from outside as a message repeats.
MESSAGE_LENGTH = 300
# A key of 128 bits or more; no number of a subscriber is as long.
_KEY = re.compile("[0-9A-Fa-f]{32,}")


def _is_number(_checker: TypeChecker, value: object) -> bool:
    # JSON knows neither NaN nor infinity, and every bound of a schema lets a NaN through.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number),
)


def _field(path: Iterable[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def violations(data: object, schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield field and problem of everything in `data` that does not fit.

    Whatever looks like a key is not repeated.

    Args:
        data: Plain JSON data.
        schema: A JSON Schema, draft 2020-12; a `number` is finite.
    """
    for error in _Validator(schema).iter_errors(data):
        yield _field(error.absolute_path), _short(_KEY.sub("(not shown)", _said(error)))


def check(data: object, schema: Mapping[str, Any], source: str) -> None:
    """Raise `InvalidData` that names the source, the field and the problem unless `data` fits.

    Args:
        data: Plain JSON data.
        schema: A JSON Schema, draft 2020-12; a `number` is finite.
        source: The file or variable that `data` came from, for the message.

    Raises:
        InvalidData: For the most telling of the violations.
    """
    error = best_match(_Validator(schema).iter_errors(data))
    if error is not None:
        raise InvalidData(source, _field(error.absolute_path), _short(_said(error)))


def _said(error: ValidationError) -> str:
    """Return what is wrong and, where the schema says what a field means, that too."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if schema.get("writeOnly"):
        return f"the secret does not fit (it is not shown); {schema.get('description', '')}"
    if "description" not in schema:
        return error.message
    said = error.message
    if isinstance(error.instance, Mapping | list) and error.validator in ("type", "enum"):
        # A whole section may hold secrets.
        said = f"a {type(error.instance).__name__} is not of type {error.validator_value!r}"
    elif error.validator == "pattern":
        said = f"{error.instance!r} does not fit"
    return f"{said}; it is: {schema['description']}"


def _short(message: str) -> str:
    if len(message) <= MESSAGE_LENGTH:
        return message
    half = MESSAGE_LENGTH // 2
    return f"{message[:half]} … {message[-half:]}"
