"""Log lines as they come over UDP. Source: RFC 5424 and, for what is older, RFC 3164."""

import re
from dataclasses import dataclass

_LONGEST = 1000
_HEAD = re.compile(r"<(?P<priority>0|[1-9]\d{0,2})>")
_NEW = re.compile(
    r"1 (?P<stamp>\S{1,64}) (?P<host>\S{1,255}) (?P<program>\S{1,48}) (?P<process>\S{1,128}) "
    r"(?P<name>\S{1,32}) (?P<data>-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: (?P<message>.*))?",
    re.DOTALL,
)
_OLD = re.compile(
    r"(?P<stamp>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |"
    r"\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d)? )?"
    r"(?:(?P<host>[\w.:-]{1,255}) (?=[\w./-]{1,48}(?:\[\d{1,10}\])?:))?"
    r"(?:(?P<program>[\w./-]{1,48})(?:\[(?P<process>\d{1,10})\]:?|:) ?)?(?P<message>.*)",
    re.DOTALL,
)
_HIGHEST = 191


class BadLine(ValueError):
    """A datagram that is no log line; the message repeats nothing of it."""


@dataclass(frozen=True)
class Line:
    """A log line.

    Attributes:
        severity: 0 (emergency) to 7 (debug).
        facility: 0 to 23.
        program: Who wrote it; empty where it does not say.
        message: What it says: one line, nothing in it that a terminal would obey.
        stamp: When, by the device's own clock, as it was written; empty where it does not say, and
            what counts is when it came (RFC 3164, section 4.3.3).
    """

    severity: int
    facility: int
    program: str
    message: str
    stamp: str


def line(data: bytes) -> Line:
    """Return the log line that a datagram holds.

    Raises:
        BadLine: It holds none.
    """
    text = data.rstrip(b"\0\r\n").decode("utf-8", "replace")
    head = _HEAD.match(text)
    if head is None or int(head["priority"]) > _HIGHEST:
        raise BadLine("no priority")
    rest = text[head.end() :]
    found = _NEW.fullmatch(rest) if rest.startswith("1 ") else _OLD.fullmatch(rest)
    if found is None:
        raise BadLine("neither of RFC 5424 nor of RFC 3164")
    facility, severity = divmod(int(head["priority"]), 8)
    program = "" if found["program"] in (None, "-") else found["program"]
    message = _printable((found["message"] or "").removeprefix("\ufeff"))
    stamp = _printable((found["stamp"] or "").strip())
    return Line(severity, facility, _printable(program), message, stamp)


def _printable(text: str) -> str:
    return "".join(x if x.isprintable() else "?" for x in text[:_LONGEST]).strip()
