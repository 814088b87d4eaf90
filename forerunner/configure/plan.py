"""Plans of configuration changes as files: the exact text for each device, bound to a hash.

A plan is `<directory>/<id>.json`, its candidates are `<directory>/<id>/<device>.conf` beside it,
and what ran when it was made is `<device>.running` there, for those who read it.
The plan holds the sha256 of each candidate and of the running configuration that it was planned
against; its own hash covers both, so that an approval of the hash approves the text.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forerunner.errors import ForerunnerError, InvalidData
from forerunner.model import Plan, new_id
from forerunner.schema import check

PLAYBOOK = "configure_devices"
PLAN_ID = re.compile(r"plan-[0-9a-f]{12}-[0-9a-f]{8}")
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_HASHES = {
    "type": "object",
    "minProperties": 1,
    # The end as JavaScript and Python both see it: "$" would let a newline through.
    "propertyNames": {"pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*(?![\s\S])"},
    "additionalProperties": _SHA256,
}
_VARIABLES = {
    "type": "object",
    "properties": {"candidates": _HASHES, "running": _HASHES},
    "required": ["candidates", "running"],
}


class PlanRefused(ForerunnerError):
    """A plan must not be applied as it is; the message says why and what to do."""


@dataclass(frozen=True)
class Candidate:
    """What one device is to run, and what it ran when that was planned."""

    running: str
    text: str


@dataclass(frozen=True)
class OpenPlan:
    """A plan of configuration changes, read from its file and checked.

    Attributes:
        plan: The plan; its `limit` names the devices that it writes to.
        path: Its file; the candidates are beside it.
    """

    plan: Plan
    path: Path

    def candidate(self, device: str, running: str) -> str:
        """Return the text that a device is to run; to be called just before each write to it.

        Args:
            device: Inventory name.
            running: What it runs now, noise masked.

        Raises:
            PlanRefused: The plan has expired or does not name the device, the candidate is not
                the one that was planned, or the device no longer runs what it was planned against.
        """
        text = self.meant(device)
        if sha256(running) != self.plan.variables["running"][device]:
            raise PlanRefused(
                f"{device}: it no longer runs what {self.plan.id} was made against; plan again"
            )
        return text

    def meant(self, device: str) -> str:
        """Return the candidate of a device, whatever it runs now.

        Raises:
            PlanRefused: The plan has expired or does not name the device, or the candidate is
                not the one that was planned.
        """
        self.check_current()
        if device not in self.plan.variables["candidates"]:
            raise PlanRefused(f"{device}: {self.plan.id} does not name it; plan again")
        text = _candidate_text(self.path, device)
        if sha256(text) != self.plan.variables["candidates"][device]:
            file = _candidate_file(self.path, device)
            raise PlanRefused(f"{device}: {file} is not what was planned; plan again")
        return text

    def check_current(self) -> None:
        """Raise `PlanRefused` once the plan has expired."""
        if time.time() >= self.plan.expires:
            raise PlanRefused(f"{self.plan.id} has expired; plan again")


def open_plan(path: Path) -> OpenPlan:
    """Read a plan's file and check that it is whole, current and for `configure_devices`.

    Raises:
        InvalidData: Names the file and the field that does not fit.
        PlanRefused: It has expired, is for another playbook, or a candidate is not the one that
            was planned.
    """
    plan = _read(path)
    if plan.playbook != PLAYBOOK:
        raise PlanRefused(f"{path}: is for playbook {plan.playbook}, not {PLAYBOOK}")
    if sorted(plan.limit) != sorted(plan.variables["candidates"]):
        raise InvalidData(str(path), "limit", "does not name the devices of the candidates")
    opened = OpenPlan(plan, path)
    opened.check_current()
    for device, planned in plan.variables["candidates"].items():
        if sha256(_candidate_text(path, device)) != planned:
            raise PlanRefused(
                f"{_candidate_file(path, device)} is not what was planned; plan again"
            )
    return opened


def write_plan(
    directory: Path, candidates: Mapping[str, Candidate], reason: str, valid_for_s: float
) -> OpenPlan:
    """Write a plan and its candidates, readable by their owner alone, and return it.

    The plan's file comes last and whole: where it is, everything that it names is.

    Args:
        directory: Where plans are, as `var/plans`.
        candidates: By inventory name of each device that is to change.
        reason: One sentence for people.
        valid_for_s: Seconds within which it may be applied.
    """
    plan = _plan(candidates, reason, time.time() + valid_for_s)
    path = directory / f"{plan.id}.json"
    path.with_suffix("").mkdir(parents=True, mode=0o700)
    for name, each in candidates.items():
        _write_private(_candidate_file(path, name), each.text)
        _write_private(_running_file(path, name), each.running)
    temporary = path.with_suffix(".new")
    _write_private(temporary, json.dumps(plan.to_dict(), indent=2) + "\n")
    temporary.rename(path)
    return OpenPlan(plan, path)


def planned_texts(plan: Plan, path: Path, device: str) -> tuple[str, str]:
    """Return what a device ran when a plan was made, and what it is to run.

    Raises:
        InvalidData: The plan is not one of configuration changes.
        PlanRefused: One of them is not what the plan's hash binds to.
    """
    check(plan.variables, _VARIABLES, f"{path}: variables")
    files = {"running": _running_file(path, device), "candidates": _candidate_file(path, device)}
    texts = {name: _text(file) for name, file in files.items()}
    for name, text in texts.items():
        if sha256(text) != plan.variables[name][device]:
            raise PlanRefused(f"{files[name]} is not what was planned; plan again")
    return texts["running"], texts["candidates"]


def find_plan(directory: Path, name: str) -> Path:
    """Return the file of a plan by its identifier, which may come from outside.

    Raises:
        PlanRefused: It is no identifier, or there is no such plan.
    """
    path = directory / f"{name}.json"
    if not PLAN_ID.fullmatch(name) or not path.is_file():
        raise PlanRefused(f"{name[:80]!r}: there is no such plan in {directory}; see make plan")
    return path


def sha256(text: str) -> str:
    """Return the sha256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plan(candidates: Mapping[str, Candidate], reason: str, expires: float) -> Plan:
    hashes = {
        "candidates": {name: sha256(each.text) for name, each in candidates.items()},
        "running": {name: sha256(each.running) for name, each in candidates.items()},
    }
    return Plan(
        id=new_id("plan"),
        playbook=PLAYBOOK,
        limit=tuple(sorted(candidates)),
        variables=hashes,
        reason=reason,
        prediction=None,
        expected={},
        checks=(),
        undo="restore_config",
        expires=expires,
    )


def _read(path: Path) -> Plan:
    try:
        data: Any = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidData(str(path), "", f"is no plan: {error}; make one with: make plan") from None
    plan = Plan.from_dict(data, str(path))
    check(plan.variables, _VARIABLES, f"{path}: variables")
    return plan


def _candidate_file(path: Path, device: str) -> Path:
    return path.with_suffix("") / f"{device}.conf"


def _running_file(path: Path, device: str) -> Path:
    return path.with_suffix("") / f"{device}.running"


def _candidate_text(path: Path, device: str) -> str:
    return _text(_candidate_file(path, device))


def _text(file: Path) -> str:
    try:
        # Newlines as they are: the hash is that of the bytes.
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise PlanRefused(f"{file}: cannot be read: {error}; plan again") from None


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
