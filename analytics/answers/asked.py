"""What an answer is computed from: a store, the inventory's links, and a span up to now."""

import re
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from analytics.answers.calendar import Calendar
from forerunner.errors import ForerunnerError
from forerunner.store import COUNTERS, PERIODS, RollUps, Store, Wanted, measures
from forerunner.topology import Direction, Topology

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CELLS = 30
"""Cells of a sparkline."""
Cells = list[float | None]


class UnknownName(ForerunnerError):
    """A name that neither the inventory nor the store knows."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(set(known))
        near = get_close_matches(name, names, 1, 0.0)
        meant = f"did you mean {near[0]}? " if near else ""
        shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
        super().__init__(f"there is no {what} {name!r}; {meant}there are: {shown or 'none'}")


def seconds(text: str, option: str = "--since") -> float:
    """Return a span in seconds, as `90s`, `15m`, `1h` or `2d`.

    Args:
        text: The span.
        option: Who gave it, for the message.

    Raises:
        ForerunnerError: It is none.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if found is None:
        raise ForerunnerError(f"{option}: {text[:40]!r} is no span; as 90s, 15m, 1h or 2d")
    return float(found[1]) * _UNITS[found[2]]


@dataclass(frozen=True)
class Asked:
    """What an answer is computed from.

    Attributes:
        store: The samples.
        topology: The inventory's links.
        span_s: Seconds that are looked at, up to now.
        now: Seconds since the epoch.
        rolled: The store's minutes and hours, for what is older than its samples.
        calendar: The clock and the holidays that people go by.
    """

    store: Store
    topology: Topology
    span_s: float
    now: float = field(default_factory=time.time)
    rolled: RollUps | None = None
    calendar: Calendar = field(default_factory=Calendar)

    @property
    def since(self) -> float:
        """Return the beginning of the span."""
        return self.now - self.span_s

    def wanted(
        self, metrics: Collection[str], way: Direction | None = None, host: str = ""
    ) -> Wanted:
        """Return which samples of the span are read, of one direction or host if it is named."""
        hosts = [way.host] if way else [host] if host else None
        interfaces = [way.interface] if way else None
        return Wanted(metrics or None, hosts, self.since, self.now, interfaces)

    def means(self, wanted: Wanted) -> dict[tuple[str, str, str], float]:
        """Return the mean by host, interface and metric; counters as their rates."""
        query = f"""SELECT host, interface, metric, avg(value)
            FROM {measures("{table}", "{where}")} GROUP BY ALL"""  # noqa: S608 - our own names
        return {(row[0], row[1], row[2]): row[3] for row in self.store.ask(query, wanted)}

    def series(self, wanted: Wanted) -> dict[tuple[str, str, str], Cells]:
        """Return the means cell by cell by host, interface and metric; None where nothing is."""
        width = self.span_s / CELLS
        query = f"""SELECT host, interface, metric,
            least(floor((time - {self.since!r}) / {width!r}), {CELLS - 1})::INT, avg(value)
            FROM {measures("{table}", "{where}")} GROUP BY ALL"""  # noqa: S608 - our own names
        found: dict[tuple[str, str, str], Cells] = {}
        for host, interface, metric, cell, value in self.store.ask(query, wanted):
            cells = found.setdefault((host, interface, metric), [None] * CELLS)
            cells[max(0, cell)] = value
        return found

    def steps(
        self, wanted: Wanted, start: float, step_s: float
    ) -> dict[tuple[str, str, str], dict[int, float]]:
        """Return the means of steps from a time on by host, interface and metric.

        What the samples do not have is taken from the minutes, or of long steps from the hours.
        """
        query = f"""SELECT host, interface, metric,
            floor((time - {start!r}) / {step_s!r})::INT, avg(value)
            FROM {measures("{table}", "{where}")} GROUP BY ALL"""  # noqa: S608 - our own names
        found: dict[tuple[str, str, str], dict[int, float]] = {}
        for host, interface, metric, step, value in self.store.ask(query, wanted):
            found.setdefault((host, interface, metric), {})[int(step)] = value
        self._fill(found, wanted, start, step_s)
        return found

    def _fill(
        self,
        found: dict[tuple[str, str, str], dict[int, float]],
        wanted: Wanted,
        start: float,
        step_s: float,
    ) -> None:
        if self.rolled is None:
            return
        period = "hour" if step_s >= PERIODS["hour"] else "minute"
        names = [COUNTERS[x].rate if x in COUNTERS else x for x in wanted.metrics or ()]
        older = replace(wanted, metrics=names)
        parts: dict[tuple[str, str, str, int], list[float]] = {}
        for each in self.rolled.read(period, older):
            key = (each.host, each.interface, each.metric, int((each.time - start) // step_s))
            parts.setdefault(key, []).append(each.mean)
        for (host, interface, metric, step), values in parts.items():
            known = found.setdefault((host, interface, metric), {})
            known.setdefault(step, sum(values) / len(values))

    def quantile(self, wanted: Wanted, share: float) -> dict[tuple[str, str, str], float]:
        """Return a quantile by host, interface and metric; counters as their rates."""
        query = f"""SELECT host, interface, metric, quantile_cont(value, {share!r})
            FROM {measures("{table}", "{where}")} GROUP BY ALL"""  # noqa: S608 - our own names
        return {(row[0], row[1], row[2]): row[3] for row in self.store.ask(query, wanted)}

    def capacities(self) -> dict[tuple[str, str], float]:
        """Return the capacity in bit/s by host and interface, of what the inventory states."""
        ways = ((way, link) for link in self.topology.links for way in link.directions)
        return {(way.host, way.interface): link.capacity for way, link in ways}


def share(part: float | None, whole: float | None) -> float | None:
    """Return a part of a whole; None where either is not known, or there is no whole."""
    return None if part is None or not whole else part / whole
