"""Watching the repository: each new commit is planned once, and its difference is posted."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Self

from forerunner import home
from forerunner.configure.review import review
from forerunner.errors import ForerunnerError
from forerunner.files import write_whole
from forerunner.proposal import hostile
from forerunner.proposal.errors import ProposalError
from forerunner.proposal.repository import ROOM, Repository, lay_out

Planner = Callable[[Path, Path, str], Path | None]
"""Plans an inventory into a directory for a reason; returns the plan's file, None for no change."""


@dataclass(frozen=True)
class Settings:
    """What is watched.

    Attributes:
        source: Path or address of the repository; `FORERUNNER_INVENTORY_REPOSITORY`.
        branch: Where edits are merged; `FORERUNNER_INVENTORY_BRANCH`, `main`.
        proposals: Pattern of the branches that are foretold; `FORERUNNER_INVENTORY_PROPOSALS`.
        inventory: Name of the inventory; `FORERUNNER_INVENTORY`, `lab`.
    """

    source: str
    branch: str = "main"
    proposals: str = "propose/*"
    inventory: str = "lab"

    @classmethod
    def from_environment(cls) -> Self:
        """Return what the environment names; by default this project's own repository."""
        given = {
            "source": os.environ.get("FORERUNNER_INVENTORY_REPOSITORY") or str(home.root()),
            "branch": os.environ.get("FORERUNNER_INVENTORY_BRANCH"),
            "proposals": os.environ.get("FORERUNNER_INVENTORY_PROPOSALS"),
            "inventory": os.environ.get("FORERUNNER_INVENTORY"),
        }
        return cls(**{name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class Posted:
    """What became of a commit.

    Attributes:
        commit: Its hash.
        branch: Where it is the head.
        author: Who wrote it, by their own word.
        merged: Whether it is in the branch that counts.
        problem: Why there is no plan; empty when there is one or nothing differs.
        plan: Identifier of the plan; empty when nothing differs, or it is not merged.
        hash: Hash of what would be done; the same before and after merging, when nothing else is.
        report: File that shows the difference.
    """

    commit: str
    branch: str
    author: str
    merged: bool
    problem: str = ""
    plan: str = ""
    hash: str = ""
    report: str = ""


def watch(settings: Settings, planner: Planner) -> list[Posted]:
    """Fetch, plan every commit that is new, post its difference, and return what became of each.

    A merged commit that could not be planned is tried again the next time; a proposal is not.

    Raises:
        ProposalError: The repository cannot be read, or has no such branch.
    """
    repository = Repository(_place() / "repository.git", settings.source)
    seen = _seen()
    posted = []
    for branch, commit in _new(repository, settings, seen):
        done = _post(repository, settings, planner, branch, commit)
        posted.append(done)
        if not (done.merged and done.problem):
            seen = {**seen, branch: commit}
            _remember(seen)
    return posted


def _new(
    repository: Repository, settings: Settings, seen: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the heads that are to be looked at, the merged one first."""
    heads = repository.fetch()
    if settings.branch not in heads:
        raise ProposalError(f"{settings.source} has no branch {settings.branch}")
    proposed = [
        name
        for name, commit in heads.items()
        if fnmatch(name, settings.proposals) and not repository.is_in(commit, settings.branch)
    ]
    for name in (settings.branch, *proposed):
        if seen.get(name) != heads[name]:
            yield name, heads[name]


def _post(
    repository: Repository, settings: Settings, planner: Planner, branch: str, commit: str
) -> Posted:
    place = _place() / commit
    found = Posted(commit, branch, repository.author(commit).strip(), branch == settings.branch)
    shutil.rmtree(place, ignore_errors=True)
    try:
        files = repository.files(commit, settings.inventory)
        if not found.merged:
            _check(repository, settings, commit, files)
        inventory = lay_out(files, place / "tree") / ROOM / settings.inventory
        reason = f"inventory {commit[:12]} by {found.author}"
        path = planner(inventory, place / "plans", reason)
        return _reported(found) if path is None else _planned(found, path)
    except ForerunnerError as error:
        return _reported(replace(found, problem=str(error)))
    finally:
        # Texts of devices hold secrets; what is to be kept is in var/plans by now.
        shutil.rmtree(place, ignore_errors=True)


def _planned(found: Posted, path: Path) -> Posted:
    shown = review(path)
    name = _adopt(path) if found.merged else ""
    return _reported(replace(found, plan=name, hash=shown.plan.hash), shown.lines)


def _check(
    repository: Repository, settings: Settings, commit: str, files: Mapping[str, bytes]
) -> None:
    base = repository.base(commit, settings.branch)
    before = repository.files(base, settings.inventory) if base else {}
    if faults := hostile.faults(before, files):
        raise ProposalError("; ".join(faults) + "; a person must plan it, or merge it first")


def _adopt(path: Path) -> str:
    """Move a plan with its texts to where plans are, and return its name."""
    plans = home.var() / "plans"
    plans.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.with_suffix("").rename(plans / path.stem)
    path.rename(plans / path.name)
    return path.stem


def _reported(found: Posted, lines: tuple[str, ...] = ()) -> Posted:
    path = home.var() / "reports" / "inventory" / f"{found.commit}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    verdict = found.problem or ("changes devices" if found.hash else "changes no device")
    head = [f"# {found.branch} at {found.commit[:12]}", "", f"By {found.author}: {verdict}", ""]
    # Indented, it is shown as it is, whatever it holds.
    path.write_text("\n".join([*head, *(f"    {line}" for line in lines)]) + "\n")
    return replace(found, report=str(path))


def _place() -> Path:
    return home.var().resolve() / "inventory"


def _seen() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((_place() / "seen.json").read_text())
    except (FileNotFoundError, ValueError):
        # What is not known any more is looked at again.
        return {}
    return found


def _remember(seen: Mapping[str, str]) -> None:
    write_whole(_place() / "seen.json", json.dumps(seen))
