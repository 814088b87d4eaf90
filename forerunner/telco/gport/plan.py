"""From how numbers stand to how they are to stand, in commands that belong together.

Update and delete have to name a block exactly. So one of its numbers is changed by deleting the
block and entering what is left of it on both sides, and the new entry, in one transaction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from forerunner.telco.gport.blocks import Block, Holdings, Target, runs
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.messages import Command
from forerunner.telco.gport.reading import ranged, single

_NUMBERS_OF_A_COMMAND = 8
_ENTERED = frozenset({Code.SUCCESS, Code.NO_UPDATES})
_DONE = frozenset({Code.SUCCESS})
_UNCOVERED = frozenset({Code.NOT_FOUND})
_READ = frozenset({Code.SUCCESS, Code.NOT_FOUND})


@dataclass(slots=True)
class Step:
    """What is to become of one number.

    Attributes:
        number: The directory number.
        before: What stood for it; None for nothing.
        after: What is to stand; None for nothing.
        owners: Positions of the changes that want it.
        claims: Whether what somebody else entered is replaced.
    """

    number: int
    before: Target | None
    after: Target | None
    owners: list[int] = field(default_factory=list)
    claims: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Commands that belong into one transaction.

    Attributes:
        commands: What is sent.
        accepted: The codes that each of them may answer.
        numbers: Whose entries they are about.
        weight: Updates that they count as.
        look: Whether the last of them asks what lies below a number that was deleted.
    """

    commands: tuple[Command, ...]
    accepted: tuple[frozenset[Code], ...]
    numbers: tuple[int, ...]
    weight: int
    look: bool = False

    def refused(self, codes: Sequence[int]) -> tuple[str, int] | None:
        """Return the first command that did not go as wanted, and its code."""
        for command, accepted, code in zip(self.commands, self.accepted, codes, strict=True):
            if code not in accepted:
                return command.name, code
        return None


def entering(pairs: Sequence[tuple[int, Target]], guarded: bool = False) -> Iterator[Unit]:
    """Yield units that enter numbers that have no entry.

    Args:
        pairs: Number and target, in ascending order.
        guarded: Whether a block first asks for single numbers in it, which it would not replace.
    """
    found = list(runs(pairs))
    for block in found:
        if len(block) > 1:
            guard = (ranged(block.first, block.last, "single", 1),) if guarded else ()
            numbers = tuple(range(block.first, block.last + 1))
            accepted = (*(_UNCOVERED for _ in guard), _ENTERED)
            yield Unit((*guard, _enter(block)), accepted, numbers, 1)
    yield from _alone([each for each in found if len(each) == 1])


def _alone(found: Sequence[Block]) -> Iterator[Unit]:
    """Yield units for single numbers, as many in a command as it takes."""
    ordered = sorted(found, key=lambda each: (each.target.sp, each.target.rn, each.target.pt))
    for target, group in groupby(ordered, key=lambda each: each.target):
        numbers = tuple(each.first for each in group)
        for at in range(0, len(numbers), _NUMBERS_OF_A_COMMAND):
            some = numbers[at : at + _NUMBERS_OF_A_COMMAND]
            command = Command("ent_sub", {"dns": tuple(map(str, some)), **target.fields()})
            yield Unit((command,), (_ENTERED,), some, len(some))


def changing(steps: Sequence[Step], held: Holdings, room: int) -> tuple[list[Unit], list[Step]]:
    """Return the units that make steps, and the steps that have to wait for another look.

    Args:
        steps: In ascending order of their numbers; every one changes something.
        held: What stands.
        room: Updates that a transaction has.
    """
    units, later, absent = [], [], []
    whole: dict[Block, list[Step]] = {}
    for step in steps:
        block = held.block(step.number)
        if step.number in held.singles:
            units.append(_single(step, held.singles[step.number]))
        elif block is not None:
            whole.setdefault(block, []).append(step)
        elif step.after is not None:
            absent.append((step.number, step.after))
    for block, inside in whole.items():
        unit, left = _cut(block, inside, room)
        units.append(unit)
        later += left
    return [*units, *entering(absent)], later


def _single(step: Step, stands: Target) -> Unit:
    number = str(step.number)
    if step.after is None:
        delete = Command("dlt_sub", {"dns": (number,)})
        return Unit((delete, single(step.number)), (_DONE, _READ), (step.number,), 1, look=True)
    update = Command("upd_sub", {"dns": (number,), **_moved(stands, step.after)})
    return Unit((update,), (_ENTERED,), (step.number,), 1)


def _moved(stands: Target, wanted: Target) -> dict[str, str]:
    """Return what an update says: an association that goes is set to none in the same command."""
    old, new = stands.fields(), wanted.fields()
    return {label: new[label] or "none" for label in new if new[label] != old[label]}


def _cut(block: Block, steps: Sequence[Step], room: int) -> tuple[Unit, list[Step]]:
    """Return the unit that changes numbers of a block, and the steps that do not fit in."""
    first = steps[0].after
    if len(steps) == len(block) and all(each.after == first for each in steps):
        return _replace(block, first), []
    # Beside the deletion and the last rest, each segment is a rest before it and an entry.
    segments = list(_segments(steps))
    taken, left = segments[: (room - 2) // 2], segments[(room - 2) // 2 :]
    commands, cursor = [Command("dlt_sub", _ends(block))], block.first
    for segment in taken:
        begin, end = segment[0].number, segment[-1].number
        commands += _rest(block, cursor, begin - 1)
        if segment[0].after is not None:
            commands.append(_enter(Block(begin, end, segment[0].after)))
        cursor = end + 1
    commands += _rest(block, cursor, block.last)
    accepted = (_DONE, *(_ENTERED for _ in commands[1:]))
    numbers = tuple(each.number for segment in taken for each in segment)
    unit = Unit(tuple(commands), accepted, numbers, len(commands))
    return unit, [each for segment in left for each in segment]


def _segments(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Yield steps of consecutive numbers that want the same."""
    segment: list[Step] = []
    for step in steps:
        if segment and (step.number, step.after) != (segment[-1].number + 1, segment[0].after):
            yield segment
            segment = []
        segment.append(step)
    yield segment


def _rest(block: Block, first: int, last: int) -> list[Command]:
    """Return how what is left of a block is entered: as a block, even when it is one number."""
    if last < first:
        return []
    ends = _ends(Block(first, last, block.target))
    return [Command("ent_sub", {**ends, **block.target.fields()})]


def _replace(block: Block, target: Target | None) -> Unit:
    numbers = tuple(range(block.first, block.last + 1))
    if target is None:
        return Unit((Command("dlt_sub", _ends(block)),), (_DONE,), numbers, 1)
    update = Command("upd_sub", {**_ends(block), **_moved(block.target, target)})
    return Unit((update,), (_ENTERED,), numbers, 1)


def _ends(block: Block) -> dict[str, str]:
    return {"bdn": str(block.first), "edn": str(block.last)}


def _enter(block: Block) -> Command:
    numbers = _ends(block) if len(block) > 1 else {"dns": (str(block.first),)}
    return Command("ent_sub", {**numbers, **block.target.fields()})
