"""What a drain reports: the same for Ansible, Airflow and the ledger."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from forerunner.dialects import frr
from forerunner.drain.reading import EndState
from forerunner.fleet import DeviceResult
from forerunner.model import OutcomeState
from forerunner.topology import Direction


@dataclass(frozen=True)
class Report:
    """What became of a request.

    Attributes:
        state: As in `Outcome`.
        message: One sentence for people.
        hosts: What became of each end.
        changed: Whether a router's configuration differs afterwards (or would, in check mode).
        before: The link's ends before; see `snapshot`.
        after: The same afterwards.
        expected: Expected utilisation by direction, 0 to 1.
        diff: Per end, as Ansible shows it.
        phases_s: Seconds that each phase took.
        plan: Identifier of the plan behind it.
        ended_at: When it was known, seconds since the epoch.
    """

    state: OutcomeState
    message: str
    hosts: Mapping[str, DeviceResult]
    changed: bool = False
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    expected: Mapping[str, float] = field(default_factory=dict)
    diff: list[dict[str, str]] = field(default_factory=list)
    phases_s: Mapping[str, float] = field(default_factory=dict)
    plan: str | None = None
    ended_at: float = field(default_factory=time.time)

    def noting(self, remark: str) -> Self:
        """Return the same report with one thing more to say to people."""
        return replace(self, message=f"{self.message}; {remark}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the result of module `link_drain`."""
        return {
            "state": self.state,
            "message": self.message,
            "hosts": {name: result.to_dict() for name, result in self.hosts.items()},
            "changed": self.changed,
            "before": dict(self.before),
            "after": dict(self.after),
            "expected": {name: round(share, 6) for name, share in self.expected.items()},
            "diff": self.diff,
            "phases_s": {name: round(seconds, 3) for name, seconds in self.phases_s.items()},
            "plan": self.plan,
            "ended_at": self.ended_at,
        }


class Stopwatch:
    """Measures phases, each from the end of the one before."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.phases_s: dict[str, float] = {}

    def lap(self, phase: str) -> None:
        """Enter the seconds since the last lap."""
        now = time.monotonic()
        self.phases_s[phase] = self.phases_s.get(phase, 0.0) + now - self._last
        self._last = now


def snapshot(ways: Mapping[str, Direction], ends: Mapping[str, EndState]) -> dict[str, Any]:
    """Return the link as its two ends show it, as plain data.

    Costs by direction, the number of prefixes that leave by the link by router, and the
    interfaces in state Full by router.
    """
    return {
        "costs": {ways[name].name: end.cost for name, end in ends.items()},
        "routes_over_link": {name: len(end.routes) for name, end in ends.items()},
        "full": {name: sorted(end.full) for name, end in ends.items()},
    }


def cost_diff(way: Direction, before: int, after: int) -> dict[str, str]:
    """Return the difference that changing one end's cost makes, as Ansible shows it."""
    texts = ["\n ".join(frr.cost_commands(way.interface, cost)) + "\n" for cost in (before, after)]
    return {
        "before_header": way.host,
        "after_header": way.host,
        "before": texts[0],
        "after": texts[1],
    }
