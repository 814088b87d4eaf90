"""What may stand in a cell: whatever the caller did, nothing else is ever written to a file."""

import re

_PRINTABLE = re.compile(r"[ -~]*")
_NUMBER = re.compile(r"[0-9]{1,20}")
_LONGEST = 128
_QUOTES = frozenset("\"'`")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")


def cell_problem(value: object, separator: str) -> str:
    """Return why a value cannot stand in a cell, without the value; empty when it can.

    Source: OWASP, CSV injection (values that begin a formula); RFC 4180 (quotes, line breaks).
    """
    if not isinstance(value, str):
        return "is no text"
    if len(value) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not _PRINTABLE.fullmatch(value):
        return "holds what is no printable ASCII character"
    if separator in value or _QUOTES & set(value):
        return "holds a separator or a quote"
    if value.startswith(_FORMULA):
        return "begins as a formula does"
    return "begins or ends with a blank" if value != value.strip() else ""


def is_number(value: object) -> bool:
    """Return whether a value is 1 to 20 digits, ASCII's."""
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value))
