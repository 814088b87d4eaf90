"""What the topology was when: each observation once, by its content, and when it came to be.

Below one directory stand `<sha256>.json`, an observation each, `changes.json`, which of them was
seen from when on, and `checked.json`, when somebody looked last.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from forerunner.collect.files import read_json
from forerunner.errors import ForerunnerError
from forerunner.evidence.observation import Adjacency, Observation
from forerunner.files import locked, write_whole
from forerunner.schema import check

_MOMENT = {
    "type": "object",
    "properties": {
        "time": {"type": "number"},
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    "required": ["time", "hash"],
    "additionalProperties": False,
}
_CHANGES = {"type": "array", "items": _MOMENT}


class NoHistory(ForerunnerError):
    """There is no topology of the moment that was asked for."""


@dataclass(frozen=True)
class Moment:
    """From when on a topology was seen.

    Attributes:
        time: Seconds since the epoch.
        hash: Of the observation.
    """

    time: float
    hash: str


class History:
    """The topologies that were seen.

    Args:
        directory: Where they are kept, as `var/topology`.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, observation: Observation, time: float) -> bool:
        """Keep what was seen; return whether it differs from what was seen before.

        Raises:
            InvalidData: What is kept there cannot be read.
        """
        text = json.dumps(observation.to_dict(), indent=1, sort_keys=True) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        with locked(self._directory / ".lock"):
            known = self.changes()
            differs = not known or known[-1].hash != digest
            if differs:
                write_whole(self._directory / f"{digest}.json", text, mode=0o644)
                rows = [vars(each) for each in (*known, Moment(time, digest))]
                write_whole(self._directory / "changes.json", json.dumps(rows, indent=1), 0o644)
            checked = {"time": time, "hash": digest}
            write_whole(self._directory / "checked.json", json.dumps(checked), 0o644)
        return differs

    def changes(self) -> list[Moment]:
        """Return from when on each topology was seen, the oldest first.

        Raises:
            InvalidData: The file is damaged.
        """
        file = self._directory / "changes.json"
        if not file.exists():
            return []
        rows = self._read(file, _CHANGES)
        return [Moment(**row) for row in rows]

    def checked(self) -> float | None:
        """Return when somebody looked last, seconds since the epoch; None for never."""
        file = self._directory / "checked.json"
        return float(self._read(file, _MOMENT)["time"]) if file.exists() else None

    def at(self, time: float | None = None) -> tuple[Moment, Observation]:
        """Return the topology that was the last one seen at a time, and from when on.

        Args:
            time: Seconds since the epoch; None for now.

        Raises:
            NoHistory: Nobody had looked by then; says when somebody first did.
            InvalidData: What is kept is damaged.
        """
        known = self.changes()
        if not known:
            raise NoHistory("nobody has looked at the topology yet; run: check_topology.yml")
        found = [each for each in known if time is None or each.time <= time]
        if not found:
            first = datetime.fromtimestamp(known[0].time).astimezone().isoformat(" ", "seconds")
            raise NoHistory(f"nobody had looked at the topology by then; the first is of {first}")
        return found[-1], self._observation(found[-1].hash)

    def _observation(self, digest: str) -> Observation:
        file = self._directory / f"{digest}.json"
        data = read_json(file, "an observed topology")
        if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise NoHistory(f"{file} was altered: it is not the topology that was seen")
        return Observation.from_dict(data, str(file))

    @staticmethod
    def _read(file: Path, schema: dict[str, Any]) -> Any:
        data = read_json(file, "the history of the topology")
        check(data, schema, str(file))
        return data


def changed(before: Observation, after: Observation) -> list[str]:
    """Return what differs between two topologies, a line each: `+` came, `-` went, `~` changed."""
    old = {_key(each): each for each in before.adjacencies}
    new = {_key(each): each for each in after.adjacencies}
    lines = [f"+ {new[key]}" for key in sorted(new.keys() - old.keys())]
    lines += [f"- {old[key]}" for key in sorted(old.keys() - new.keys())]
    for key in sorted(new.keys() & old.keys()):
        if new[key] != old[key]:
            lines.append(f"~ {new[key]}: {_said(old[key])} -> {_said(new[key])}")
    for name in sorted({*before.routers, *after.routers}):
        ids = (before.routers.get(name, "absent"), after.routers.get(name, "absent"))
        if ids[0] != ids[1]:
            lines.append("~ {}: {} -> {}".format(name, *(each or "not asked" for each in ids)))
    return lines


def _key(each: Adjacency) -> tuple[tuple[str, str], ...]:
    return tuple((end.router, end.address) for end in each.ends)


def _said(each: Adjacency) -> str:
    costs = "/".join("?" if end.cost is None else str(end.cost) for end in each.ends)
    return f"cost {costs}, told by {', '.join(each.told)}"
