"""A new model enters the registry, and takes the place of the one in service where it is better."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics.registry.store import Origin, Registry, Superseded

Judge = Callable[[bytes | None], tuple[bool, str]]
"""Whether to promote over the model of these bytes, or over none, and why."""
FIRST = (True, "the first of its kind")
"""The verdict where a model needs nothing to compare it with to be of use."""


@dataclass(frozen=True)
class Renewal:
    """What became of a new model.

    Attributes:
        version: Under which it is kept.
        promoted: Whether it is in service.
        reason: Why, with the figures; also in the history of promotions.
        before: Version that was in service, and still is where this one was kept; empty when none
            was.
    """

    version: str
    promoted: bool
    reason: str
    before: str


def enter(book: Registry, kind: str, made: tuple[bytes, Origin], who: str, judge: Judge) -> Renewal:
    """Keep a model, and promote it where it is judged better.

    Args:
        book: The registry.
        kind: What it predicts.
        made: The bytes of its file `<kind>.json`, and where it comes from.
        who: For the history.
        judge: Compares it with the one in service; asked once the new one is kept.

    Raises:
        InvalidData: The files of the model in service were altered.
    """
    (content, origin), name = made, f"{kind}.json"
    before, old = "", None
    if book.service(kind) is not None:
        before, states = book.in_service(kind)
        old = states[name]
    if old == content:
        return Renewal(before, False, "kept: what was learned is what is in service", before)
    version = book.add(kind, {name: content}, origin).version
    found = Renewal(version, *judge(old), before)
    return _promoted(book, kind, found, who) if found.promoted else found


def _promoted(book: Registry, kind: str, found: Renewal, who: str) -> Renewal:
    """Put it in service, unless what it was compared with is there no more."""
    try:
        book.promote(kind, found.version, who, found.reason, expected=found.before)
    except Superseded as error:
        service = book.service(kind)
        stands = service.current.version if service else ""
        return Renewal(found.version, False, f"kept: {error}", stands)
    return found
