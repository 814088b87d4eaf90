"""A back office as a subscriber system: two of them differ in how things are called."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from forerunner.telco.contract import Change, Record, Subscriber
from forerunner.telco.errors import TelcoError
from forerunner.telco.northbound.style import Act, Entry, NoAnswer, Style, told
from forerunner.telco.standing import differences, standing

_NUMBER = re.compile(r"[0-9]{1,20}")
_NO_PROFILE = "its service profile is none of this system's; add it"
_FOREIGN = "what is there was made by somebody else, and is left as it is"

RecordOf = Callable[[Subscriber, Mapping[str, str]], Record]
"""Returns the record of a subscriber, given what its service profile is to the system."""


@dataclass(slots=True)
class _Step:
    """What is to become of one IMSI, as `forerunner.telco.hlr.writing` has it."""

    owner: int
    imsi: str
    before: Record | None = field(repr=False)
    after: Record | None = field(repr=False)
    claims: bool
    found: Record | None = field(default=None, repr=False)

    @property
    def renumbered(self) -> bool:
        """Whether it holds a number that it is not to keep."""
        held = self.found["msisdn"] if self.found and "msisdn" in self.found else ""
        return bool(self.after and held and held != self.after["msisdn"])


class BackOffice:
    """A system with a record a subscriber, by IMSI.

    Args:
        name: Its inventory name.
        profiles: What a service profile is to it, by name: values of fields.
        record_of: Returns the record of a subscriber.
        style: How it is spoken to.
    """

    def __init__(
        self,
        name: str,
        profiles: Mapping[str, Mapping[str, str]],
        record_of: RecordOf,
        style: Style,
    ) -> None:
        self.name = name
        self._profiles, self._record_of, self._style = profiles, record_of, style

    def expected(self, subscriber: Subscriber) -> Record | None:
        """Return the record that it is to show; None where its number was ported out.

        Raises:
            TelcoError: Its service profile is none that the inventory has for this system.
        """
        return self._shown(self._meant(subscriber))

    async def read(self, subscribers: Sequence[Subscriber]) -> list[Record | None]:
        """Return what it holds under each one's IMSI.

        Raises:
            SystemUnreachable: It does not answer.
            TelcoError: It does not say of each one whether there is a record.
        """
        return told(self.name, await self._style.query([each.imsi for each in subscribers]))

    async def taken(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Return `imsi` or `msisdn` for each where that is in use; else empty."""
        held = await self.read(subscribers)
        numbers = await self._style.taken([each.msisdn for each in subscribers])
        return [
            "imsi" if record else "msisdn" if number else ""
            for record, number in zip(held, numbers, strict=True)
        ]

    async def bring(self, changes: Sequence[Change]) -> list[str]:
        """Make each change, from wherever between before and after it stands.

        A new record is added, which the system refuses where there is one; only then it is looked
        at what that is. Records are removed, and their numbers free, before others are put. Where
        one end of a change has a problem, the other one is not begun.

        Raises:
            SystemUnreachable: It does not answer.
        """
        problems = [self.problem_of(change) for change in changes]
        good = [at for at, problem in enumerate(problems) if not problem]
        steps = [step for at in good for step in self._steps(at, changes[at])]
        old = await self._looked_at([x for x in steps if x.before is not None], problems)
        await self._apply("remove", [x for x in old if x.after is None and x.found], problems)
        left = [x for x in old if x.after is not None and not self._stands(x)]
        await self._apply("free", [x for x in left if x.renumbered], problems)
        await self._apply("put", left, problems)
        await self._add([x for x in steps if x.before is None and x.after is not None], problems)
        return problems

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all that it holds."""
        async for records in self._style.everything():
            yield records

    async def aclose(self) -> None:
        """Leave it."""
        await self._style.aclose()

    async def _add(self, steps: Sequence[_Step], problems: list[str]) -> None:
        """Add new records; one that is refused is put where it is ours that stands there."""
        refused = await self._apply("add", steps, problems)
        for step, _ in refused:
            problems[step.owner] = ""
        again = await self._looked_at([step for step, _ in refused], problems)
        for step, text in refused:
            if step.found is None:
                # Nothing of this IMSI stands there: something else is in the way.
                problems[step.owner] = problems[step.owner] or text
        await self._apply("put", again, problems)

    async def _looked_at(self, steps: Sequence[_Step], problems: list[str]) -> list[_Step]:
        """Return the steps from where there is nothing of somebody else's, with what is there."""
        found = await self._style.query([each.imsi for each in steps])
        for step, record in zip(steps, found, strict=True):
            if isinstance(record, NoAnswer):
                problems[step.owner] = record.problem
                continue
            step.found = record
            ends = self._shown(step.before), self._shown(step.after)
            if not step.claims and standing(record, *ends) == "foreign":
                problems[step.owner] = _FOREIGN
        return [each for each in steps if not problems[each.owner]]

    def _stands(self, step: _Step) -> bool:
        """Return whether a record is as it is to be, as far as it is told."""
        return not self._style.hidden and not differences(step.found, step.after)

    async def _apply(
        self, act: Act, steps: Sequence[_Step], problems: list[str]
    ) -> list[tuple[_Step, str]]:
        """Do one thing with records of changes that have no problem; return what is refused."""
        going = [step for step in steps if not problems[step.owner]]
        entries = [Entry(x.imsi, x.after if act in ("add", "put") else None) for x in going]
        said = await self._style.apply(act, entries)
        refused = [(step, text) for step, text in zip(going, said, strict=True) if text]
        for step, text in refused:
            problems[step.owner] = problems[step.owner] or text
        return refused

    def problem_of(self, change: Change) -> str:
        """Return why a change cannot be sent; empty when it can."""
        for end in (change.before, change.after):
            numbers = (end.imsi, end.iccid, end.msisdn) if end else ()
            if not all(map(_NUMBER.fullmatch, numbers)):
                return "IMSI, ICCID or MSISDN is no number"
            if end and not end.routing_number and end.profile not in self._profiles:
                return _NO_PROFILE
        return ""

    def _steps(self, owner: int, change: Change) -> list[_Step]:
        before, after, claims = change.before, change.after, change.claims
        stood = self._meant(before) if before else None
        wanted = self._meant(after) if after else None
        if before and after and before.imsi == after.imsi:
            return [_Step(owner, before.imsi, stood, wanted, claims)]
        old = [_Step(owner, before.imsi, stood, None, claims)] if before and stood else []
        new = [_Step(owner, after.imsi, None, wanted, claims)] if after and wanted else []
        return [*old, *new]

    def _meant(self, subscriber: Subscriber) -> Record | None:
        """Return the record that it is to hold, with what it never shows."""
        if subscriber.routing_number:
            return None
        profile = self._profiles.get(subscriber.profile)
        if profile is None:
            raise TelcoError(self.name, _NO_PROFILE)
        return self._record_of(subscriber, profile)

    def _shown(self, record: Record | None) -> Record | None:
        hidden = self._style.hidden
        if record is None or not hidden:
            return record
        return {name: value for name, value in record.items() if name not in hidden}
