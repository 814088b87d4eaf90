"""Reading a YAML or JSON document that somebody else wrote, in bounded time and memory."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

from forerunner.errors import InvalidData

_BYTES = 10_000_000
_DEEPEST = 20
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Refused(ValueError):
    """What a document may not have; the message says it."""


def read_document(path: Path, field: str = "") -> Any:
    """Return the plain data in a file that ends in .json, .yml or .yaml.

    Anchors, tags, a name that stands twice in a mapping, and deep nesting are refused: they make
    much of little, something else of a text, hide a value, or end the process.

    Args:
        path: The file.
        field: Of the request that names it, for the message.

    Raises:
        InvalidData: It is no such document; names the line where there is one.
    """
    text = _read(path, field)
    kind, load = ("JSON", _from_json) if path.suffix.lower() == ".json" else ("YAML", _from_yaml)
    try:
        return load(text)
    except _Refused as error:
        raise InvalidData(str(path), field, str(error)) from None
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        # A parser's own words repeat what stands there.
        problem = f"is no {kind}{_place(error)}"
        raise InvalidData(str(path), field, problem) from None


def _read(path: Path, field: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_BYTES + 1)
    except OSError as error:
        raise InvalidData(str(path), field, f"cannot be read: {error.strerror}") from None
    if len(raw) > _BYTES:
        problem = f"is larger than {_BYTES // 1_000_000} MB; put the SIMs into a sims_file"
        raise InvalidData(str(path), field, problem)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidData(str(path), field, f"is no UTF-8 at line {line}") from None


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f" at line {error.lineno}"
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}" if mark else ""


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"{word} is no number of JSON")


def _once(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Refused(f"{str(name)[:40]!a} stands twice in one mapping")
        found[name] = value
    return found


def _from_yaml(text: str) -> Any:
    _check_events(text)
    return yaml.load(text, Loader=_Once)  # noqa: S506 - a safe one, and no tags


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(f"line {line}: an anchor (& or *) is not taken; write it out")
        if getattr(event, "tag", None):
            raise _Refused(f"line {line}: a tag (!) is not taken; write plain data")
        depth += _STEPS.get(type(event), 0)
        if depth > _DEEPEST:
            raise _Refused(f"line {line}: it is nested too deeply")


_STEPS: Mapping[type, int] = {
    yaml.MappingStartEvent: 1,
    yaml.SequenceStartEvent: 1,
    yaml.MappingEndEvent: -1,
    yaml.SequenceEndEvent: -1,
}


class _Once(_Loader):  # type: ignore[misc]
    """Loads plain data, and refuses a name that stands twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        construct: Callable[..., Any] = self.construct_object
        pairs = [(construct(name, deep=True), construct(x, deep=deep)) for name, x in node.value]
        if not all(isinstance(name, str) for name, _ in pairs):
            raise _Refused(f"line {node.start_mark.line + 1}: a name in a mapping is to be a text")
        return _once(pairs)
