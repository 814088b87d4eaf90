"""What changes of subscribers mean for numbers."""

from collections.abc import Sequence

from forerunner.telco.contract import Change, Subscriber
from forerunner.telco.errors import TelcoError
from forerunner.telco.gport.blocks import Target
from forerunner.telco.gport.entity import is_msisdn
from forerunner.telco.gport.plan import Step
from forerunner.telco.gport.settings import Settings

_End = tuple[int, Target]


def steps_of(changes: Sequence[Change], settings: Settings) -> tuple[list[Step], list[str]]:
    """Return a step for each number, ascending, and the problem of each change.

    A number that one change frees and another takes is one step. Changes with a problem have none.
    """
    gathered = _Steps()
    problems = [""] * len(changes)
    for owner, change in enumerate(changes):
        try:
            before, after = (_ends(each, settings) for each in (change.before, change.after))
        except TelcoError as error:
            problems[owner] = error.problem
            continue
        if not gathered.add(owner, before, after, change.claims):
            problems[owner] = "the MSISDN is twice among the changes"
    return sorted(gathered.steps.values(), key=lambda each: each.number), problems


class _Steps:
    """Steps by number, and which numbers are freed and taken by now."""

    def __init__(self) -> None:
        self.steps: dict[int, Step] = {}
        self._freed: set[int] = set()
        self._taken: set[int] = set()

    def add(self, owner: int, before: _End | None, after: _End | None, claims: bool) -> bool:
        """Add what a change frees and takes; return False where another one did that already."""
        if (before and before[0] in self._freed) or (after and after[0] in self._taken):
            return False
        if before:
            self._freed.add(before[0])
            self._step(before[0], owner, claims).before = before[1]
        if after:
            self._taken.add(after[0])
            self._step(after[0], owner, claims).after = after[1]
        return True

    def _step(self, number: int, owner: int, claims: bool) -> Step:
        step = self.steps.setdefault(number, Step(number, None, None))
        if owner not in step.owners:
            step.owners.append(owner)
        step.claims = step.claims or claims
        return step


def _ends(subscriber: Subscriber | None, settings: Settings) -> _End | None:
    if subscriber is None:
        return None
    if not is_msisdn(subscriber.msisdn):
        raise TelcoError(settings.name, "the MSISDN is not 7 to 15 digits")
    return int(subscriber.msisdn), settings.target(subscriber)
