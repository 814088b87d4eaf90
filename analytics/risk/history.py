"""What was recorded of interfaces and devices, as rows to learn from, and how they are now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.answers.asked import Asked
from analytics.risk.kinds import Kind, Steps
from forerunner.errors import ForerunnerError

STEP_S = 300.0
HOUR, DAY = 12, 288
"""Steps of an hour, and of a day."""
SPANS = ("", "_hour", "_growth")
"""Of each measure: now, the mean of the last hour, and by how much that is more than before."""

FAILURES = "failures_day"
"""How often it failed in the last day."""

MOST_UNITS = 1000
"""Units whose whole span is learned from, where nobody says how far back."""
_COUNT = "SELECT count(DISTINCT (host, interface)) FROM {table} WHERE {where}"
_HOSTS = "SELECT DISTINCT host FROM {table} WHERE {where} ORDER BY host"


class TooFew(ForerunnerError):
    """Too little was recorded to learn from; nothing is wrong, and time mends it."""


@dataclass(frozen=True)
class Unit:
    """One interface or device, step by step.

    Attributes:
        host: Inventory name.
        interface: Its name; empty for the device itself.
        start: Of the first step, seconds since the epoch.
        rows: Shape (steps, columns), in the order of `columns`; NaN where not known.
        up: Share of each step that it worked, 0 to 1; NaN where not known.
    """

    host: str
    interface: str
    start: float
    rows: NDArray[np.float64]
    up: Steps

    @property
    def name(self) -> str:
        """Return its name, as `r1` or `r1:to-r3`."""
        return f"{self.host}:{self.interface}" if self.interface else self.host

    def remaining_s(self) -> Steps:
        """Return the seconds from the end of each step to the next failure; infinite without one.

        A step in which it worked part of the time has the failure somewhere in it: the middle is
        taken. What was down already has none to come before it is up again.
        """
        fails = np.zeros(len(self.up), bool)
        fails[1:] = (self.up[1:] < 1) & ~(self.up[:-1] < 1)
        at = np.flatnonzero(fails)
        following = np.searchsorted(at, np.arange(len(self.up)), side="right")
        nearest = np.append(at.astype(float), np.inf)[following]
        return np.asarray((nearest - np.arange(len(self.up)) - 0.5) * STEP_S)

    def told(self, horizon_s: float) -> NDArray[np.bool_]:
        """Return of which steps it is known what came within the horizon, and was up before."""
        ahead = int(np.ceil(horizon_s / STEP_S))
        known = np.append(np.isfinite(self.up), np.zeros(ahead, bool))
        whole = np.lib.stride_tricks.sliding_window_view(known, ahead + 1).all(axis=1)
        return np.asarray((self.up == 1) & (whole | (self.remaining_s() <= horizon_s)))


def columns(kind: Kind) -> tuple[str, ...]:
    """Return the names of a unit's columns."""
    return (*(f"{each}{span}" for span in SPANS for each in kind.columns), FAILURES)


def chosen(rows: NDArray[np.float64], kind: Kind, names: Sequence[str]) -> NDArray[np.float64]:
    """Return the columns of those names, in their order; a model has only what was ever polled."""
    every = columns(kind)
    return np.asarray(rows[:, [every.index(name) for name in names]])


def bounded(asked: Asked, kind: Kind) -> Asked:
    """Return what is asked, of a shorter span where there are more units than `MOST_UNITS`.

    A unit takes 1.2 MB and half a second of a processor for four weeks.
    """
    ((count,),) = asked.store.ask(_COUNT, asked.wanted((kind.up,)))
    return replace(asked, span_s=asked.span_s * min(1.0, MOST_UNITS / max(1, count)))


def units(asked: Asked, kind: Kind) -> Iterator[Unit]:
    """Yield every unit of the span, read host by host.

    Args:
        asked: The store, and the span.
        kind: Interfaces or devices.

    Raises:
        TooFew: Nothing was polled in the span; says what to do.
    """
    hosts = [host for (host,) in asked.store.ask(_HOSTS, asked.wanted((kind.up,)))]
    if not hosts:
        raise TooFew(
            f"{kind.name}: nothing was polled in the last {asked.span_s:g} s; start the watch"
            " (playbooks/start_telemetry.yml), or look farther back by --since"
        )
    for host in hosts:
        yield from _of_host(asked, kind, host)


def _of_host(asked: Asked, kind: Kind, host: str) -> Iterator[Unit]:
    count = int(asked.span_s // STEP_S)
    start = float(asked.now // STEP_S * STEP_S - count * STEP_S)
    known = asked.steps(asked.wanted(kind.metrics, host=host), start, STEP_S)
    found = {(key[1], key[2]): _column(values, count) for key, values in known.items()}
    for interface, measured in sorted(kind.measured(found).items()):
        up = found[interface, kind.up]
        yield Unit(host, interface, start, _rows(measured, up), up)


def _column(values: Mapping[int, float], count: int) -> Steps:
    column = np.full(count, np.nan)
    for step, value in values.items():
        if 0 <= step < count:
            column[step] = value
    return column


def _rows(measured: Steps, up: Steps) -> NDArray[np.float64]:
    hour = _mean(measured, HOUR)
    before = np.full_like(hour, np.nan)
    before[HOUR:] = hour[:-HOUR]
    down = (up < 1).astype(float)[:, None]
    failures = _mean(np.maximum(0, np.diff(down, axis=0, prepend=0)), DAY) * DAY
    return np.column_stack([measured, hour, hour - before, failures])


def _mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the mean of what is known of the last steps; NaN where nothing is."""
    known = np.isfinite(values)
    sums, counts = (
        np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), each]), axis=0)
        for each in (np.where(known, values, 0.0), known)
    )
    end = np.arange(1, len(values) + 1)
    since = np.maximum(0, end - width)
    count = counts[end] - counts[since]
    mean = (sums[end] - sums[since]) / np.maximum(count, 1)
    return np.asarray(np.where(count > 0, mean, np.nan))
