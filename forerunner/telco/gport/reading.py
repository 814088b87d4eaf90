"""Reading what stands for many numbers with few requests, in two rounds.

Round one asks for single numbers; round two for the blocks within each span, and for the outermost
of its numbers that are no single ones, each of which tells of the block that it is in. A block that
sticks out of a span is found so, whether or not a range is understood to include it.
"""

from collections.abc import Sequence

from forerunner.telco.gport.answers import Answer, entries
from forerunner.telco.gport.blocks import Holdings, spans
from forerunner.telco.gport.messages import Command

_GAP = 50


class Reading:
    """What is to be asked for to know about numbers.

    Args:
        numbers: In ascending order.
        system: Whom it is asked of, for errors.
    """

    def __init__(self, numbers: Sequence[int], system: str) -> None:
        self._spans, self._system = list(spans(numbers, _GAP)), system
        self.holdings = Holdings()

    def first(self) -> list[Command]:
        """Return the requests of round one."""
        return [_first(span) for span in self._spans]

    def second(self, answers: Sequence[Answer]) -> list[Command]:
        """Return the requests of round two, given the answers of round one; maybe none."""
        self.take(answers)
        return [
            command
            for span in self._spans
            if len(span) > 1
            for command in _second(span, self.holdings)
        ]

    def take(self, answers: Sequence[Answer]) -> None:
        """Take the answers of a round in.

        Raises:
            TelcoError: One cannot be understood.
        """
        for each in answers:
            for block, single in entries(each, self._system):
                self.holdings.add(block, single)


def _first(span: Sequence[int]) -> Command:
    if len(span) == 1:
        return single(span[0])
    return ranged(span[0], span[-1], "single")


def _second(span: Sequence[int], known: Holdings) -> list[Command]:
    open_numbers = [each for each in span if each not in known.singles]
    if not open_numbers:
        return []
    edges = dict.fromkeys((open_numbers[0], open_numbers[-1]))
    return [ranged(span[0], span[-1], "block"), *map(single, edges)]


def single(number: int) -> Command:
    """Return the request for what holds for one number."""
    return Command("rtrv_sub", {"dns": (str(number),)})


def ranged(first: int, last: int, kind: str, count: int = 0) -> Command:
    """Return the request for the blocks, or the single numbers, of a range.

    Args:
        first: The lowest number.
        last: The highest; of as many digits.
        kind: `block` or `single`.
        count: How many at the most; 0 for all.
    """
    values = {"bdn": str(first), "edn": str(last), "type": kind, "num": count or ""}
    return Command("rtrv_sub", values)
