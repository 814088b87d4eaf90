"""One request a record, several at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


async def each_of(
    items: Sequence[_Item], act: Callable[[_Item], Awaitable[_Result]], slots: asyncio.Semaphore
) -> list[_Result]:
    """Return what each item gives, in their order; an error ends what is under way of the others.

    Args:
        items: What is to be done.
        act: Does one of them.
        slots: How many at once.
    """

    async def one(item: _Item) -> _Result:
        async with slots:
            return await act(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
