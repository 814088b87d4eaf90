"""What somebody who is to approve a plan is shown, so that the word is for what they saw."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from forerunner.configure.plan import PlanRefused, planned_texts
from forerunner.dialects.redaction import hide
from forerunner.gate.entry import altered_candidates, read_plan
from forerunner.model import Plan

_CONTEXT_LINES = 2


@dataclass(frozen=True)
class Review:
    """A plan, and what it does in words.

    Attributes:
        plan: As its file holds it.
        lines: What, where, why, until when and under which hash, then every device's difference;
            without secrets, and without a letter that could steer a terminal.
    """

    plan: Plan
    lines: tuple[str, ...]


def review(path: Path) -> Review:
    """Read a plan's file and say what it does; the texts are compared with the plan's hashes.

    Raises:
        InvalidData: It cannot be read or is no plan; names the field.
        PlanRefused: A text that belongs to it is not the one that was planned.
    """
    plan = read_plan(path)
    if altered := altered_candidates(plan, path.parent / plan.id):
        raise PlanRefused(f"{plan.id}: the text for {', '.join(altered)} was altered; plan again")
    return Review(plan, tuple(map(_printable, [*_head(plan), *_differences(plan, path)])))


def _head(plan: Plan) -> Iterator[str]:
    link = plan.variables.get("link")
    yield f"plan      {plan.id}"
    yield f"hash      {plan.hash}"
    yield f"playbook  {plan.playbook}" + (f", link {link}" if link else "")
    yield f"devices   {', '.join(plan.limit) or 'none'}"
    yield f"reason    {plan.reason}"
    yield f"undone by {plan.undo}"
    yield f"expires   {datetime.fromtimestamp(plan.expires, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _differences(plan: Plan, path: Path) -> Iterator[str]:
    for device in plan.variables.get("candidates", {}):
        running, candidate = (hide(text).splitlines() for text in planned_texts(plan, path, device))
        yield ""
        yield from difflib.unified_diff(
            running, candidate, f"{device} running", f"{device} planned", "", "", _CONTEXT_LINES, ""
        )


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in line)
