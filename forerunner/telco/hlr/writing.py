"""Changes on an HLR: first what is freed goes, then what is new is made, then the rest is set."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from forerunner.telco.contract import Change, Record
from forerunner.telco.hlr import entry
from forerunner.telco.hlr.control import Command, Control
from forerunner.telco.standing import standing

_EXISTS = "Subscriber already exists."
_GONE = "Subscriber doesn't exist."
_IN_USE = "Update MSISDN failed"
_SAID = {_IN_USE: "its MSISDN is in use there"}
_FOREIGN = "what is there was made by somebody else, and is left as it is"

Read = Callable[[Sequence[str]], Awaitable[list[Record | None]]]


@dataclass(slots=True)
class _Step:
    """What is to become of one IMSI.

    Attributes:
        owner: Position of the change that wants it.
        imsi: The IMSI.
        before: What stood; None for nothing.
        after: What is to stand; None for nothing.
        claims: Whether what somebody else made is replaced.
        found: What stands; an empty one was just made.
    """

    owner: int
    imsi: str
    before: Record | None
    after: Record | None
    claims: bool
    found: Record | None = None


class Writing:
    """One round of changes.

    Args:
        control: The HLR's control interface.
        read: Reads records by IMSI.
        changes: The changes.
    """

    def __init__(self, control: Control, read: Read, changes: Sequence[Change]) -> None:
        self._control, self._read = control, read
        self._problems = [_problem(change) for change in changes]
        self._steps = [
            step
            for owner, change in enumerate(changes)
            if not self._problems[owner]
            for step in _steps(owner, change)
        ]

    async def all(self) -> list[str]:
        """Make them, and return the problem of each."""
        fresh = [each for each in self._steps if each.before is None and each.after]
        standing_there = [each for each in self._steps if each.before is not None]
        await self._look(standing_there)
        await self._free(standing_there)
        await self._create([*fresh, *(x for x in self._going_on(standing_there) if not x.found)])
        await self._set([each for each in self._going_on(self._steps) if each.after])
        return self._problems

    async def _look(self, steps: Sequence[_Step]) -> None:
        """See what stands; somebody else's is a problem."""
        found = await self._read([each.imsi for each in steps])
        for step, record in zip(steps, found, strict=True):
            step.found = record
            if not step.claims and standing(record, step.before, step.after) == "foreign":
                self._problems[step.owner] = _FOREIGN

    async def _free(self, steps: Sequence[_Step]) -> None:
        """Remove who is to go, and take numbers from who gets another one."""
        acts: list[tuple[_Step, Command]] = []
        for step in self._going_on(steps):
            if step.found is None:
                continue
            if step.after is None:
                acts.append((step, entry.deleting(step.imsi)))
            elif step.found.get("msisdn", "") not in ("", step.after["msisdn"]):
                acts.append((step, entry.freeing(step.imsi)))
                step.found = {**step.found, "msisdn": ""}
        await self._act(acts, {_GONE})

    async def _create(self, steps: Sequence[_Step]) -> None:
        """Make subscribers; one that is there already is looked at."""
        wanted = [each for each in self._going_on(steps) if each.after]
        replies = await self._control.ask([entry.creating(each.imsi) for each in wanted])
        there: list[_Step] = []
        for step, reply in zip(wanted, replies, strict=True):
            if reply.error == _EXISTS:
                there.append(step)
            elif reply.error:
                self._problems[step.owner] = reply.error
            else:
                step.found = {"imsi": step.imsi}
        await self._look(there)

    async def _set(self, steps: Sequence[_Step]) -> None:
        await self._act(
            [
                (step, command)
                for step in steps
                if step.after
                for command in entry.setting(step.found or {}, step.after)
            ],
            set(),
        )

    async def _act(self, acts: Sequence[tuple[_Step, Command]], fine: set[str]) -> None:
        replies = await self._control.ask([command for _, command in acts])
        for (step, _), reply in zip(acts, replies, strict=True):
            if reply.error and reply.error not in fine and not self._problems[step.owner]:
                self._problems[step.owner] = _SAID.get(reply.error, reply.error)

    def _going_on(self, steps: Sequence[_Step]) -> list[_Step]:
        return [each for each in steps if not self._problems[each.owner]]


def _problem(change: Change) -> str:
    ends = (end for end in (change.before, change.after) if end)
    return next((said for said in map(entry.problem_of, ends) if said), "")


def _steps(owner: int, change: Change) -> list[_Step]:
    """Return what a change means for each IMSI that it is about."""
    before, after, claims = change.before, change.after, change.claims
    stood = entry.record_of(before) if before else None
    wanted = entry.record_of(after) if after else None
    if before and after and before.imsi == after.imsi:
        return [_Step(owner, before.imsi, stood, wanted, claims)]
    old = [_Step(owner, before.imsi, stood, None, claims)] if before and stood else []
    new = [_Step(owner, after.imsi, None, wanted, claims)] if after and wanted else []
    return [*old, *new]
