"""Files of others, a line at a time: whatever is in them, little of it is held at once."""

from collections.abc import Iterator
from pathlib import Path

from forerunner.errors import InvalidData

LONGEST = 4096
"""Bytes of a line."""

_BOM = b"\xef\xbb\xbf"


def lines(path: Path, field: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, text and problem of each line, without its end.

    A line that has a problem comes as far as it is held; an empty text is a problem of none.
    Bytes that are no UTF-8 come as U+FFFD, which no value may hold.

    Args:
        path: The file.
        field: Of the request that names it, for the message.

    Raises:
        InvalidData: It cannot be read.
    """
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(LONGEST + 1):
                number += 1
                cut = len(raw) > LONGEST
                while cut and not raw.endswith(b"\n") and (rest := file.readline(LONGEST)):
                    if rest.endswith(b"\n"):
                        break
                yield number, _text(raw[:LONGEST]), _problem(number, raw, cut)
    except OSError as error:
        raise InvalidData(str(path), field, f"cannot be read: {error.strerror}") from None


def _text(raw: bytes) -> str:
    return raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def _problem(number: int, raw: bytes, cut: bool) -> str:
    if cut:
        return f"its line is longer than {LONGEST} bytes"
    if b"\0" in raw:
        return "its line holds a NUL byte; save the file as plain text"
    if number == 1 and raw.startswith(_BOM):
        return "the file begins with a byte order mark; save it as UTF-8 without one"
    return ""
