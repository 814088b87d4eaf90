"""Requests as templates/gport has them, from values that cannot break out of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forerunner import home
from forerunner.telco.errors import TelcoError
from forerunner.telco.gport.grammar import ATOM

_UNSET = {"iid": "", "sp": "", "rn": "", "pt": "", "type": "", "num": ""}


@dataclass(frozen=True, slots=True)
class Command:
    """A request that is not numbered yet.

    Attributes:
        name: Of the request and of its template.
        values: What the template is given beside `iid`.
    """

    name: str
    values: Mapping[str, str | int | Sequence[str]] = field(default_factory=dict)


def text(command: Command, system: str, iid: int | str = "") -> str:
    """Return a request as one line, without its end.

    Args:
        command: What is asked for.
        system: Whose request it is, for the error.
        iid: The number that the response repeats, 1 to 4294967295; empty for an import file.

    Raises:
        TelcoError: A value is empty or holds anything but the letters, digits and signs of a PDBI
            word, so it could end its parameter; the value is not repeated.
    """
    try:
        written = _template(command.name)(**{**_UNSET, **command.values, "iid": iid})
    except ValueError as error:
        raise TelcoError(system, f"{command.name}: {error}; nothing was sent") from error
    return " ".join(written.split())


@cache
def _template(name: str) -> Callable[..., str]:
    environment = Environment(
        loader=FileSystemLoader(home.root() / "templates" / "gport"),
        undefined=StrictUndefined,
        finalize=_word,
        autoescape=False,  # noqa: S701 # a PDBI message is no HTML; see _word
    )
    return environment.get_template(f"{name}.j2").render


def _word(written: Any) -> str:
    word = str(written)
    if not ATOM.fullmatch(word):
        raise ValueError("a value holds what no PDBI word can hold")
    return word
