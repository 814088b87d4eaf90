"""How old each device's last good backup is, and what went wrong since."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from forerunner.errors import InvalidData
from forerunner.fleet import DeviceResult
from forerunner.schema import check

FILE = ".freshness.json"
State = Literal["fresh", "stale", "never"]

_NUMBER = {"type": ["number", "null"]}
_SCHEMA = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {
            "good_at": _NUMBER,
            "error_at": _NUMBER,
            "commit": {"type": ["string", "null"]},
            "error": {"type": "string"},
        },
        "required": ["good_at", "error_at", "commit", "error"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Attempts:
    """What is remembered of a device's backups.

    Attributes:
        good_at: When the last good one was fetched, changed or not; seconds since the epoch.
        commit: The commit that last held a change of it.
        error_at: When one last failed; None if the last one did not.
        error: Why it failed.
    """

    good_at: float | None = None
    commit: str | None = None
    error_at: float | None = None
    error: str = ""


@dataclass(frozen=True)
class Freshness:
    """How a device stands.

    Attributes:
        host: Its inventory name.
        state: `stale` when the last good backup is older than allowed, `never` without one.
        age_s: Age of the last good backup in seconds; None without one.
        attempts: What is remembered.
    """

    host: str
    state: State
    age_s: float | None
    attempts: Attempts

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        plain = {"host": self.host, "state": self.state, "age_s": self.age_s}
        return plain | asdict(self.attempts)

    @property
    def result(self) -> DeviceResult:
        """Return what Ansible reports of the device: only a fresh backup is well."""
        return DeviceResult("ok" if self.state == "fresh" else "failed", self.describe())

    def describe(self) -> str:
        """Return one sentence for people."""
        good = "no good backup" if self.age_s is None else f"last good {duration(self.age_s)} ago"
        error = f"; since then: {self.attempts.error}" if self.attempts.error else ""
        return f"{self.host}: {self.state}, {good}{error}"


def read(directory: Path) -> dict[str, Attempts]:
    """Return what is remembered of every device; nothing where there is no file.

    Raises:
        InvalidData: The file is not what was written; it may be removed.
    """
    path = directory / FILE
    try:
        data = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise InvalidData(str(path), "", f"{error}; remove it: it is written anew") from None
    check(data, _SCHEMA, str(path))
    return {host: Attempts(**fields) for host, fields in data.items()}


def plain(attempts: Mapping[str, Attempts]) -> bytes:
    """Return the file's content, which `read` reads back."""
    data = {host: asdict(each) for host, each in sorted(attempts.items())}
    return (json.dumps(data, indent=1) + "\n").encode()


def assess(
    directory: Path, max_age_s: float, hosts: Iterable[str] = (), now: float | None = None
) -> list[Freshness]:
    """Return how devices stand, those in need of somebody first.

    Args:
        directory: The repository of configurations.
        max_age_s: Seconds after which a backup counts as stale.
        hosts: Devices that ought to have one; by default those that are remembered.
        now: Seconds since the epoch.
    """
    known = read(directory)
    moment = time.time() if now is None else now
    rows = [
        _freshness(host, known.get(host, Attempts()), max_age_s, moment)
        for host in hosts or sorted(known)
    ]
    order = {"never": 0, "stale": 1, "fresh": 2}
    return sorted(rows, key=lambda row: (order[row.state], -(row.age_s or 0)))


def _freshness(host: str, attempts: Attempts, max_age_s: float, now: float) -> Freshness:
    if attempts.good_at is None:
        return Freshness(host, "never", None, attempts)
    age_s = max(0.0, now - attempts.good_at)
    return Freshness(host, "stale" if age_s > max_age_s else "fresh", age_s, attempts)


def duration(seconds: float) -> str:
    """Return a duration in its largest whole unit, as `3 h`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
