"""What a system holds, compared with how SIMs stood, or with how they are to stand."""

from collections.abc import Sequence

from forerunner.telco import (
    Change,
    Record,
    Subscriber,
    SubscriberSystem,
    TelcoError,
    differences,
    standing,
)


async def occupied(system: SubscriberSystem, changes: Sequence[Change]) -> list[str]:
    """Return what stands in the way of each change before it begins; empty where nothing does.

    A SIM that is to change must stand as the ledger knows it; a new number must be free.
    """
    unfit = [_unfit(system, change) for change in changes]
    before = await _read(system, [change.before for change in changes])
    problems = [
        said or (_unlike("the ledger", found, _expected(system, x.before)) if x.before else "")
        for said, x, found in zip(unfit, changes, before, strict=True)
    ]
    new = [change.after if _has_new_numbers(change) else None for change in changes]
    wanted = [each for each in new if each]
    taken = iter(await system.taken(wanted) if wanted else [])
    words = [next(taken) if each else "" for each in new]
    return [
        said or _in_use(word, change)
        for said, word, change in zip(problems, words, changes, strict=True)
    ]


async def unlike(system: SubscriberSystem, changes: Sequence[Change]) -> list[str]:
    """Return how each change, once made, differs from what was meant; empty where it does not."""
    after = [_expected(system, change.after) for change in changes]
    found = await _read(system, [change.after or change.before for change in changes])
    problems = [_unlike("the order", a, b) for a, b in zip(found, after, strict=True)]
    old = [
        change.before if change.after and _has_new_numbers(change) else None for change in changes
    ]
    for place, left in enumerate(await _read(system, old)):
        if left is not None and left != after[place] and not problems[place]:
            problems[place] = "what it had before is still there"
    return problems


async def foreign(system: SubscriberSystem, changes: Sequence[Change]) -> list[bool]:
    """Return which SIMs hold what is neither from before nor from after: somebody else's."""
    found = await _read(system, [change.after or change.before for change in changes])
    ends = [(_expected(system, x.before), _expected(system, x.after)) for x in changes]
    return [standing(x, *pair) == "foreign" for x, pair in zip(found, ends, strict=True)]


def _unfit(system: SubscriberSystem, change: Change) -> str:
    """Return why a system cannot say what it is to hold; empty when it can."""
    try:
        for end in (change.before, change.after):
            _expected(system, end)
    except TelcoError as error:
        return error.problem
    return ""


def _expected(system: SubscriberSystem, subscriber: Subscriber | None) -> Record | None:
    return system.expected(subscriber) if subscriber else None


async def _read(
    system: SubscriberSystem, subscribers: Sequence[Subscriber | None]
) -> list[Record | None]:
    asked = [each for each in subscribers if each]
    found = iter(await system.read(asked) if asked else [])
    return [next(found) if each else None for each in subscribers]


def _unlike(what: str, found: Record | None, wanted: Record | None) -> str:
    names = differences(found, wanted)
    if names == ["presence"]:
        return f"it is {'not there' if found is None else 'there'}, unlike {what} has it"
    return (
        f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} not as {what} has it"
        if names
        else ""
    )


def _has_new_numbers(change: Change) -> bool:
    before, after = change.before, change.after
    if before is None or after is None:
        return after is not None
    return (before.imsi, before.msisdn) != (after.imsi, after.msisdn)


def _in_use(word: str, change: Change) -> str:
    """Return the problem of a number that is in use; one that the SIM keeps is its own."""
    if not word or (change.before and change.after and _keeps(word, change.before, change.after)):
        return ""
    return f"its {word} is in use there already"


def _keeps(word: str, before: Subscriber, after: Subscriber) -> bool:
    return bool(getattr(before, word, None) == getattr(after, word, ""))
