"""What G-Port holds: single numbers, and blocks of consecutive ones that say the same."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from forerunner.telco.contract import Record


@dataclass(frozen=True, slots=True)
class Target:
    """What an entry says of its numbers.

    Attributes:
        sp: Signalling point that serves them; either this or `rn`.
        rn: Routing number of the network that they were ported to.
        pt: Portability type, 0 to 35; empty for none.
        other: What else it holds, as `imsi=...`: never ours.
    """

    sp: str = ""
    rn: str = ""
    pt: str = ""
    other: tuple[tuple[str, str], ...] = ()

    def record(self, number: str) -> Record:
        """Return the record of a number that it is the target of."""
        return {"msisdn": number, "sp": self.sp, "rn": self.rn, "pt": self.pt, **dict(self.other)}

    def fields(self) -> dict[str, str]:
        """Return what a command says to set it."""
        return {"sp": self.sp, "rn": self.rn, "pt": self.pt}


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers with one target; `first` to `last` have the same count of digits."""

    first: int
    last: int
    target: Target

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass
class Holdings:
    """What was read: `blocks` do not overlap; a single number in one goes before it."""

    singles: dict[int, Target] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def add(self, found: Block, single: bool) -> None:
        """Take an entry in; the same one may be read twice."""
        if single:
            self.singles[found.first] = found.target
            return
        at = bisect_right(self.blocks, found.first, key=lambda each: each.first)
        if not at or self.blocks[at - 1] != found:
            self.blocks.insert(at, found)

    def block(self, number: int) -> Block | None:
        """Return the block that a number is in."""
        at = bisect_right(self.blocks, number, key=lambda each: each.first)
        if at and self.blocks[at - 1].last >= number:
            return self.blocks[at - 1]
        return None

    def target(self, number: int) -> Target | None:
        """Return what holds for a number."""
        single = self.singles.get(number)
        if single is not None:
            return single
        block = self.block(number)
        return block.target if block else None


def runs(pairs: Iterable[tuple[int, Target]]) -> Iterator[Block]:
    """Yield the longest blocks of numbers that follow each other and have the same target.

    Args:
        pairs: Number and target, in ascending order.
    """
    first, last, current = 0, -1, Target()
    for number, target in pairs:
        if number == last + 1 and target == current and len(str(number)) == len(str(first)):
            last = number
            continue
        if last >= first:
            yield Block(first, last, current)
        first, last, current = number, number, target
    if last >= first:
        yield Block(first, last, current)


def spans(numbers: Iterable[int], gap: int) -> Iterator[list[int]]:
    """Yield numbers in groups within which none is farther than `gap` from the one before.

    Args:
        numbers: In ascending order.
        gap: Largest difference.
    """
    group: list[int] = []
    for number in numbers:
        if group and (number - group[-1] > gap or len(str(number)) != len(str(group[0]))):
            yield group
            group = []
        group.append(number)
    if group:
        yield group
