"""Many numbers of a kind in their order, eight bytes each."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

from forerunner.sims.numbers import NumberKind, counted, text_of


class Packed(Sequence[str]):
    """Numbers without a problem, in the order in which they were added.

    A million of them as texts would be some 70 MB.

    Args:
        kind: What they are.
    """

    def __init__(self, kind: NumberKind) -> None:
        self.kind = kind
        self._counted = array("Q")

    def add(self, text: str) -> None:
        """Add a number."""
        self._counted.append(counted(self.kind, text))

    @property
    def counted(self) -> Sequence[int]:
        """Return them as ranges count them."""
        return self._counted

    @property
    def digest(self) -> str:
        """Return the sha256 of them all."""
        return hashlib.sha256(self._counted.tobytes()).hexdigest()

    def taken(self, places: Iterable[int]) -> "Packed":
        """Return the numbers at some places, in their order."""
        found = Packed(self.kind)
        found._counted.extend(self._counted[place] for place in places)
        return found

    def __len__(self) -> int:
        return len(self._counted)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [text_of(self.kind, each) for each in self._counted[at]]
        return text_of(self.kind, self._counted[at])

    def __iter__(self) -> Iterator[str]:
        return (text_of(self.kind, each) for each in self._counted)

    def __repr__(self) -> str:
        return f"Packed({self.kind!r}, {len(self)} numbers)"


def repeated(*columns: Packed) -> list[tuple[int, int, int, int]]:
    """Return where numbers of one kind come again: column and place of it, and of the first.

    Two numbers are compared in an array and not in a set, which would take ten times the memory.
    """
    found = _twice(columns)
    if not found:
        return []
    first: dict[int, tuple[int, int]] = {}
    again = []
    for column, packed in enumerate(columns):
        for place, number in enumerate(packed.counted):
            if number not in found:
                continue
            was = first.setdefault(number, (column, place))
            if was != (column, place):
                again.append((column, place, *was))
    return again


def _twice(columns: Sequence[Packed]) -> set[int]:
    whole = sorted(number for packed in columns for number in packed.counted)
    return {a for a, b in pairwise(whole) if a == b}
