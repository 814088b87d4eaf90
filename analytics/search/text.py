"""Text of people and of devices as words and pieces that a search can compare. No I/O."""

import re

_HEADERS = (
    r"^\s*<\d{1,3}>\s*",
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d| UTC)?",
    (
        r"\*?\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+(?:\d{4}\s+)?"
        r"\d\d:\d\d:\d\d(?:\.\d+)?(?:\s+[A-Z]{3,4}\b)?"
    ),
)
_LINKS = r"\(?https?://\S+"
_ADDRESSES = (
    r"\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d+|[:+]\d+)?\b",
    r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])",
)
_PORT = r"\b[A-Za-z]{2,24}-?\d+(?:[/:.]\d+)+\b|\b(?:LC|RP)/\d+/\w+/CPU\d+\b"
_NUMBERS = r"\b(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)*)\b|\[\d+\]|#\d+"
_DROPPED = re.compile("|".join((*_HEADERS, _LINKS, *_ADDRESSES, _NUMBERS)))
_PORTS = re.compile(_PORT)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINTS = re.compile(r"[_\-/%:.]+")
_WORD = re.compile(r"[a-z][a-z0-9]+")
_PRI = re.compile(r"^\s*<\d{1,3}>")
_ORIGIN = re.compile(
    r"^\s*(?:<\d{1,3}>)?[^%]{0,160}?(?=%[A-Z])|^\s*<\d{1,3}>.{0,120}?\w\[\d+\]:\s*"
)


def plain(text: str) -> str:
    """Return a text without what is different each time: times, addresses, numbers, ports.

    Of a line of syslog (RFC 3164 or 5424 with its priority) the origin goes too: which device
    and process told it says nothing of what happened. Names of interfaces become `interface`.
    """
    said = _ORIGIN.sub("", text, count=1) if _PRI.match(text) else text
    said = _DROPPED.sub(" ", _PORTS.sub(" interface ", said))
    return " ".join(split(said).split())


def split(text: str) -> str:
    """Return a text in which identifiers stand as their words: `LinkDown`, `OSPF-5-ADJCHG`."""
    return _JOINTS.sub(" ", _CAMEL.sub(" ", text))


def words(text: str) -> list[str]:
    """Return the lower-case words of a text of `plain`, each without the ending of a plural."""
    return [_singular(word) for word in _WORD.findall(text.lower())]


def chunks(text: str, size: int = 120, overlap: int = 30) -> list[str]:
    """Return a text in pieces of that many words, each beginning with the end of the one before.

    Args:
        text: Any text; an empty one is one empty piece.
        size: Words a piece. What embeds reads 256 tokens, and a word is 1 to 2 of them.
        overlap: Words that two neighbours share; less than `size`.
    """
    every = text.split()
    step = size - overlap
    starts = range(0, max(len(every) - overlap, 1), step)
    return [" ".join(every[at : at + size]) for at in starts]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
