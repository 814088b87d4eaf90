"""The grammar of PDBI messages: a name, and in parentheses labels with values, which nest.

`ent_sub (iid 3, bdn 46700000000, edn 46700000999, sp 46700000001)` is one; so is
`rsp (iid 3, rc 1014, data (dnblocks ((bdn 46700000000, edn 46700000009, rn 123456))))`.

Source: Oracle Communications EAGLE Application Processor, Provisioning Database Interface User's
Guide, chapters 2 (string-based messages) and 3 (requests and responses).
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

from forerunner.telco.errors import TelcoError

END = "\0"
"""Ends every message on a connection; in an import file each has a line of its own."""
ATOM = re.compile(r"[A-Za-z0-9_.:#/*+-]+")
"""A value that stands without quotation marks."""
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TEXT = re.compile(r"[ !#-~]*")
_TOKEN = re.compile(rf'[ \t\r\n]*(?:({ATOM.pattern})|"({_TEXT.pattern})"|([(),]))')
_ATOM, _QUOTED, _MARK = 1, 2, 3
_DEPTH = 8

Value: TypeAlias = "str | Group"
Item: TypeAlias = "Parameter | str | Group"
Group: TypeAlias = "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A label and its value; `data (side active)` is one whose value is a group."""

    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response."""

    name: str
    items: Group = ()


def value(group: Value, label: str, default: str = "") -> str:
    """Return the text that a label of a group has; the default where it is not there."""
    found = inner(group, label)
    return found if isinstance(found, str) else default


def inner(group: Value, label: str) -> Value:
    """Return what a label of a group has, text or group; an empty group where it is not there."""
    for item in group:
        if isinstance(item, Parameter) and item.label == label:
            return item.value
    return ()


def show(message: Message) -> str:
    """Return a message as it goes over the connection, without its end.

    Raises:
        ValueError: A name or label is none, or a value holds what no message can: a quotation
            mark, a line's end, a NUL or what is not ASCII. The value is not repeated.
    """
    return f"{_label(message.name)} {_group(message.items)}"


def _group(group: Group) -> str:
    return f"({', '.join(_item(each) for each in group)})"


def _item(item: Item) -> str:
    if isinstance(item, Parameter):
        return f"{_label(item.label)} {_item(item.value)}"
    return _text(item) if isinstance(item, str) else _group(item)


def _label(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise ValueError("no name of a PDBI message or parameter")
    return text


def _text(text: str) -> str:
    if ATOM.fullmatch(text):
        return text
    if not _TEXT.fullmatch(text):
        raise ValueError("a value holds a character that no PDBI message can hold")
    return f'"{text}"'


def parse(text: str, system: str) -> Message:
    """Return the message that a text is.

    Args:
        text: Without its end.
        system: Whose message it is, for the error.

    Raises:
        TelcoError: It is none; says where, and repeats nothing of it.
    """
    parser = _Parser(text, system)
    name = parser.expect(_ATOM)
    parser.expect_mark("(")
    items = parser.group(1)
    if not _LABEL.fullmatch(name):
        raise parser.fault("no name of a message")
    if parser.position < len(parser.tokens):
        raise parser.fault("the message goes on after its end")
    return Message(name, items)


class _Parser:
    """Reads tokens one after the other; a token is what it is, its text and where it begins."""

    def __init__(self, text: str, system: str) -> None:
        self.system, self.position = system, 0
        self.tokens: list[tuple[int, str, int]] = []
        at, end = 0, len(text.rstrip(" \t\r\n"))
        while at < end:
            found = _TOKEN.match(text, at)
            if found is None or found.lastindex is None:
                raise self.fault("no word, quoted text or mark", at)
            self.tokens.append((found.lastindex, found[found.lastindex], at))
            at = found.end()

    def fault(self, problem: str, at: int | None = None) -> TelcoError:
        if at is None:
            last = min(self.position, len(self.tokens)) - 1
            at = self.tokens[last][2] if last >= 0 else 0
        return TelcoError(self.system, f"a PDBI message cannot be read: {problem}, character {at}")

    def peek(self) -> tuple[int, str]:
        if self.position >= len(self.tokens):
            raise self.fault("it ends too early")
        kind, text, _ = self.tokens[self.position]
        return kind, text

    def take(self) -> tuple[int, str]:
        found = self.peek()
        self.position += 1
        return found

    def expect(self, wanted: int) -> str:
        kind, text = self.take()
        if kind != wanted:
            raise self.fault("another kind of word belongs there")
        return text

    def expect_mark(self, mark: str) -> None:
        if self.take() != (_MARK, mark):
            raise self.fault(f"'{mark}' is missing")

    def group(self, depth: int) -> Group:
        """Return the rest of a group whose parenthesis is open."""
        if depth > _DEPTH:
            raise self.fault("parentheses are too deep")
        if self.peek() == (_MARK, ")"):
            self.take()
            return ()
        items = [self.item(depth)]
        while self.peek() == (_MARK, ","):
            self.take()
            items.append(self.item(depth))
        self.expect_mark(")")
        return tuple(items)

    def item(self, depth: int) -> Item:
        kind, text = self.peek()
        if kind != _ATOM:
            return self.value(depth)
        self.take()
        following, mark = self.peek()
        if following == _MARK and mark != "(":
            return text
        if not _LABEL.fullmatch(text):
            raise self.fault("no name of a parameter")
        return Parameter(text, self.value(depth))

    def value(self, depth: int) -> Value:
        kind, text = self.take()
        if kind != _MARK:
            return text
        if text != "(":
            raise self.fault("a value is missing")
        return self.group(depth + 1)
