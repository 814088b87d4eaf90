"""Going through all that G-Port holds, a page at a time."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice

from forerunner.telco.contract import Record
from forerunner.telco.gport.answers import entries
from forerunner.telco.gport.blocks import Block, Target
from forerunner.telco.gport.client import Client
from forerunner.telco.gport.reading import ranged

_DIGITS = range(5, 16)
_BLOCKS, _SINGLES, _RECORDS = 500, 5000, 5000


async def everything(client: Client, name: str) -> AsyncIterator[Sequence[Record]]:
    """Yield a record for each number, some thousand at a time.

    Raises:
        SystemUnreachable: It does not answer.
        TelcoError: It answers what cannot be understood.
    """
    for digits in _DIGITS:
        cursor, top = 10 ** (digits - 1), 10**digits - 1
        while cursor <= top:
            blocks = await _page(client, name, (cursor, top), "block")
            upper = blocks[-1].last if len(blocks) == _BLOCKS else top
            async for records in _covered(client, name, blocks, (cursor, upper)):
                yield records
            cursor = upper + 1


async def _covered(
    client: Client, name: str, blocks: Sequence[Block], ends: tuple[int, int]
) -> AsyncIterator[Sequence[Record]]:
    """Yield the records of blocks, and of the single numbers between two ends."""
    cursor, last = ends
    while cursor <= last:
        found = await _page(client, name, (cursor, last), "single")
        upper = found[-1].last if len(found) == _SINGLES else last
        singles = {each.first: each.target for each in found}
        pairs = _merged(blocks, singles, cursor, upper)
        while some := list(islice(pairs, _RECORDS)):
            yield [target.record(str(number)) for number, target in some]
        cursor = upper + 1


def _merged(
    blocks: Sequence[Block], singles: dict[int, Target], first: int, last: int
) -> Iterator[tuple[int, Target]]:
    """Yield number and target; a single number goes before the block that it is in."""
    for block in blocks:
        for number in range(max(first, block.first), min(last, block.last) + 1):
            yield number, singles.pop(number, block.target)
    yield from singles.items()


async def _page(client: Client, name: str, ends: tuple[int, int], kind: str) -> list[Block]:
    count = _BLOCKS if kind == "block" else _SINGLES
    async with client.transaction("read", [ranged(*ends, kind, count)]) as work:
        await work.commit()
    (answer,) = work.answers
    found = (block for block, _ in entries(answer, name))
    return sorted(found, key=lambda each: each.first)
