"""Bringing numbers to where they are to stand, some transactions after the other."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from forerunner.telco.gport.answers import Answer
from forerunner.telco.gport.blocks import Holdings, Target
from forerunner.telco.gport.client import Client, Transaction
from forerunner.telco.gport.codes import Code, described
from forerunner.telco.gport.import_file import import_commands
from forerunner.telco.gport.plan import Step, Unit, changing, entering
from forerunner.telco.gport.reading import Reading
from forerunner.telco.gport.settings import Settings
from forerunner.telco.standing import differences, standing

_DIGITS = 16
_LOOKS = 8
"""As often a number is looked at again before it is given up: a block may lie below an entry."""


class Writing:
    """What one call of `bring` writes.

    Args:
        client: Whom it is written to.
        settings: Names it, and says how large a transaction may be.

    Attributes:
        problems: By number.
    """

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self.problems: dict[int, str] = {}

    async def enter(self, steps: Sequence[Step]) -> list[Step]:
        """Enter numbers that have no entry, without reading; return those that seem to have one."""
        by_number = {each.number: each for each in steps}
        pairs = [(each.number, each.after) for each in steps if each.after is not None]
        if self._settings.import_directory:
            bad = await self._imported(list(entering(pairs)))
            return [by_number[each] for unit in bad for each in unit.numbers]
        doubtful: list[Step] = []
        for batch in self._batches(list(entering(pairs, guarded=True))):
            units = batch
            while units:
                bad = await self._entered(units)
                doubtful += [by_number[each] for unit in bad for each in unit.numbers]
                units = [each for each in units if each not in bad] if bad else []
        return doubtful

    async def _imported(self, units: Sequence[Unit]) -> list[Unit]:
        """Have units imported from a file, and return those that were refused; the others stand."""
        if not units:
            return []
        commands = [command for unit in units for command in unit.commands]
        # By its content, so that after a death the same file is given, and no other has its name.
        name = hashlib.sha256(repr(commands).encode()).hexdigest()[:_DIGITS]
        result = await import_commands(
            Path(self._settings.import_directory),
            f"forerunner-{name}",
            commands,
            self._settings.name,
            self._settings.patience,
        )
        # Without a guard each unit is one command, and so one line.
        return [unit for line, unit in enumerate(units, 1) if line in result.rejected]

    async def _entered(self, units: Sequence[Unit]) -> list[Unit]:
        """Return the units that were refused; then nothing is entered."""
        commands = [command for unit in units for command in unit.commands]
        async with self._client.transaction("write", commands) as work:
            bad = [unit for unit, refusal, _ in _told(units, work.answers) if refusal]
            if not bad:
                await work.commit()
        return bad

    async def change(self, steps: Sequence[Step]) -> None:
        """Look how numbers stand, and change what is ours and not as it is to be."""
        waiting, looks = list(steps), dict.fromkeys((each.number for each in steps), 0)
        while waiting:
            some, others = _slice(waiting, self._settings.transaction_size)
            doubtful, left = await self._changed(some)
            for step in doubtful:
                looks[step.number] += 1
                if looks[step.number] < _LOOKS:
                    left.append(step)
                else:
                    self.problems[step.number] = "it does not stay as it is brought; look at it"
            waiting = sorted(left, key=lambda each: each.number) + others

    async def _changed(self, steps: Sequence[Step]) -> tuple[list[Step], list[Step]]:
        """Change what one transaction can; return what to look at again, and what is left."""
        reading = Reading([each.number for each in steps], self._settings.name)
        async with self._client.transaction("write", reading.first()) as work:
            reading.take(await work.ask(reading.second(work.answers)))
            wrong = {x.number: x for x in steps if self._is_to_change(x, reading.holdings)}
            size = self._settings.transaction_size
            units, later = changing(list(wrong.values()), reading.holdings, size)
            batch, *others = self._batches(units) or [[]]
            again = await self._write(work, batch)
        doubtful = [wrong[number] for unit in again for number in unit.numbers]
        left = [wrong[number] for some in others for unit in some for number in unit.numbers]
        return doubtful, left + later

    async def _write(self, work: Transaction, units: Sequence[Unit]) -> list[Unit]:
        """Write units and commit; return those that are to be looked at again."""
        if not units:
            return []
        answers = await work.ask([command for unit in units for command in unit.commands])
        told = list(_told(units, answers))
        if not any(refusal for _, refusal, _ in told):
            await work.commit()
            return [unit for unit, _, below in told if below]
        for unit, refusal, _ in told:
            if refusal:
                problem = f"{refusal[0]} is refused: {described(refusal[1])}"
                self.problems.update(dict.fromkeys(unit.numbers, problem))
        return [unit for unit, refusal, _ in told if not refusal]

    def _is_to_change(self, step: Step, held: Holdings) -> bool:
        number = str(step.number)
        ends = (held.target(step.number), step.before, step.after)
        found, before, after = (_record(each, number) for each in ends)
        stands = standing(found, before, after)
        if stands == "foreign" and not step.claims:
            fields = ", ".join(differences(found, after))
            self.problems[step.number] = f"somebody else's entry covers the number ({fields})"
        return stands in ("before", "between") or (stands == "foreign" and step.claims)

    def _batches(self, units: Sequence[Unit]) -> list[list[Unit]]:
        """Return units in as many transactions as they take."""
        batches: list[list[Unit]] = []
        room = 0
        for unit in units:
            if unit.weight > room:
                batches.append([])
                room = self._settings.transaction_size
            batches[-1].append(unit)
            room -= unit.weight
        return batches


def _record(target: Target | None, number: str) -> dict[str, str] | None:
    return dict(target.record(number)) if target else None


def _told(
    units: Sequence[Unit], answers: Sequence[Answer]
) -> Iterator[tuple[Unit, tuple[str, int] | None, bool]]:
    """Yield each unit with its refusal, and whether something lies below what it deleted."""
    at = 0
    for unit in units:
        codes = [each.code for each in answers[at : at + len(unit.commands)]]
        at += len(codes)
        yield unit, unit.refused(codes), unit.look and codes[-1] == Code.SUCCESS


def _slice(steps: Sequence[Step], runs: int) -> tuple[list[Step], list[Step]]:
    """Return the steps of the first runs of consecutive numbers, and the others."""
    count = 0
    for at, step in enumerate(steps):
        if not at or step.number != steps[at - 1].number + 1:
            count += 1
            if count > runs:
                return list(steps[:at]), list(steps[at:])
    return list(steps), []
