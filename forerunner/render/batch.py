"""Rendering many devices at once, and keeping the configurations as files."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.render.between import inventory_faults
from forerunner.render.intent import configuration, examined, is_device

Place = Callable[[str, str], str]
"""Gives the file and line of a host's field."""


@dataclass(frozen=True)
class Rendered:
    """What a run gave.

    Attributes:
        texts: Configuration by device.
        problems: What is wrong, by device; one that is here has no text.
    """

    texts: Mapping[str, str]
    problems: Mapping[str, list[str]]


def render(
    variables: Mapping[str, Mapping[str, Any]],
    names: Iterable[str],
    place: Place | None = None,
    stand_ins: bool = False,
) -> Rendered:
    """Check all devices of an inventory, against each other too, and render some of them.

    Args:
        variables: Plain variables of every host of the inventory.
        names: The hosts to render; those that are no devices are passed over.
        place: Names the file for a message.
        stand_ins: As for `intended`.
    """
    intents, faults = _examined(variables)
    found = {name: faults[name] for name in names if faults.get(name)}
    problems = {name: [_said(name, each, place) for each in bad] for name, bad in found.items()}
    texts = {}
    for name in names:
        try:
            if name in intents and name not in problems:
                texts[name] = configuration(intents[name], stand_ins)
        except ForerunnerError as error:
            problems[name] = [str(error)]
    return Rendered(texts, problems)


def _examined(
    variables: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, dict[str, Any]], dict[str, list[InvalidData]]]:
    """Return the complete intents of devices, and the faults of each: its own, then shared."""
    intents: dict[str, dict[str, Any]] = {}
    faults: dict[str, list[InvalidData]] = {}
    for name, given in variables.items():
        if is_device(given):
            intent, faults[name] = examined(name, given)
            if intent is not None:
                intents[name] = intent
    for fault in inventory_faults(intents, {name for name in faults if name not in intents}):
        faults[fault.source.removeprefix("host ")].append(fault)
    return intents, faults


def _said(name: str, fault: InvalidData, place: Place | None) -> str:
    where = place(name, fault.field) if place else ""
    return f"{where or fault.source}: {name}: {fault.field}: {fault.problem}"


def keep(
    texts: Mapping[str, str], directory: Path, check: bool, shown: bool = True
) -> dict[str, str]:
    """Write configurations as `<directory>/<device>.conf` where they differ; return what differs.

    They hold secrets, so their owner alone may read them. The difference is for people, without.

    Args:
        texts: Configuration by device.
        directory: Made when missing.
        check: Write nothing.
        shown: Find the differences, too; they are empty else. To find one takes longer than to
            render a configuration.
    """
    if not check:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    diffs = {}
    for name, text in texts.items():
        path = directory / f"{name}.conf"
        before = path.read_text() if path.is_file() else ""
        if before != text:
            diffs[name] = _difference(name, before, text) if shown else ""
            if not check:
                _write(path, text)
    return diffs


def _difference(name: str, before: str, after: str) -> str:
    lines = unified_diff(
        before.splitlines(), after.splitlines(), f"{name} before", f"{name} rendered", lineterm=""
    )
    return hide("\n".join(lines) + "\n")


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.rename(path)
