"""What became of a link within a prediction's horizon, told by its own probes.

An act prevents the outage and not the fault: probes on a drained link go on, so what they show
after the drain is what would have happened to traffic. What they do not show is not guessed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.failure.delay import inflations
from analytics.grade.grading import Terms, Verdict
from forerunner.model import Prediction

_FEWEST = 20
"""Packets below which a second says nothing of its share of loss."""


@dataclass(frozen=True)
class Seen:
    """What the probes of one link gave, interval by interval, in order.

    Attributes:
        time: Ends of the intervals, seconds since the epoch.
        lost: Packets lost, both ways.
        total: Packets sent, both ways.
        rtt_s: Mean round-trip time in seconds; 0 when nothing came back.
    """

    time: NDArray[np.float64]
    lost: NDArray[np.int64]
    total: NDArray[np.int64]
    rtt_s: NDArray[np.float64]

    def lost_between(self, since: float, until: float) -> int | None:
        """Return the packets lost in (since, until]; None when nothing was probed then."""
        within = (self.time > since) & (self.time <= until)
        return int(self.lost[within].sum()) if within.any() else None


@dataclass(frozen=True)
class Judgement:
    """What is to be thought of a prediction.

    Attributes:
        verdict: `right`, `false_alarm` or `unknown`.
        settled: Whether it can no longer change.
        lead_s: Seconds from the prediction to the fault; 0 when it came too late, None when no
            fault was seen.
        why: In words.
    """

    verdict: Verdict
    settled: bool
    lead_s: float | None
    why: str


def judge(prediction: Prediction, seen: Seen, now: float, terms: Terms | None = None) -> Judgement:
    """Return what the link itself says of a prediction.

    Args:
        prediction: Of a failure, right when a fault or loss came within its horizon; of a
            recovery, right when none did.
        seen: What the probes gave from before the prediction on.
        now: Seconds since the epoch.
        terms: What counts as a fault, as loss, and as seen.
    """
    terms = terms or Terms()
    end = prediction.made_at + prediction.horizon_s
    over = now >= end + terms.slack_s
    trouble, lead_s = _trouble(seen, prediction.made_at, end, terms)
    fails = prediction.kind == "link_failure"
    if trouble:
        return Judgement("right" if fails else "false_alarm", over or not fails, lead_s, trouble)
    if not over:
        left = end + terms.slack_s - now
        return Judgement("unknown", False, None, f"open: {left:.0f} s of its horizon are left")
    return _quiet(seen, prediction, terms)


def _quiet(seen: Seen, prediction: Prediction, terms: Terms) -> Judgement:
    """Return what silence means: health where it was looked for, nothing where it was not."""
    end = prediction.made_at + prediction.horizon_s
    covered = _covered(seen, prediction.made_at, end)
    if covered < terms.covered:
        why = f"only {covered:.0%} of its horizon was probed; {terms.covered:.0%} is needed"
        return Judgement("unknown", True, None, why)
    why = f"the link stayed healthy for the {prediction.horizon_s:g} s of its horizon"
    fails = prediction.kind == "link_failure"
    return Judgement("false_alarm" if fails else "right", True, None, why)


def _trouble(seen: Seen, since: float, until: float, terms: Terms) -> tuple[str, float | None]:
    """Return in words what went wrong in the horizon, and when; empty when nothing did."""
    hole = _hole(seen, since, until, terms)
    if hole is not None:
        lead = max(0.0, hole - since)
        late = "before the prediction" if hole <= since else f"{lead:.1f} s after the prediction"
        return f"nothing came back from {late} on", lead
    seconds = _lossy_seconds(seen, since, until, terms)
    gaps = seconds[terms.lossy_seconds - 1 :] - seconds[: len(seconds) - terms.lossy_seconds + 1]
    if len(seconds) >= terms.lossy_seconds and (gaps < terms.lossy_within_s).any():
        return f"{len(seconds)} seconds of its horizon lost {terms.lossy_share:.0%} or more", None
    return "", None


def _hole(seen: Seen, since: float, until: float, terms: Terms) -> float | None:
    """Return when the first hole that reaches into the span began; None without one."""
    silent = (seen.total > 0) & (seen.lost >= terms.hole_share * seen.total)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], silent, [False])).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        begun, ended = float(seen.time[first]), float(seen.time[last])
        # An interval's time is its end, so a second of them spans one interval less.
        wide = ended - max(begun, since) + _width(seen) >= terms.hole_s - 1e-6
        if ended > since and begun <= until and wide:
            return begun
    return None


def _width(seen: Seen) -> float:
    return float(np.median(np.diff(seen.time))) if len(seen.time) > 1 else 0.0


def _lossy_seconds(seen: Seen, since: float, until: float, terms: Terms) -> NDArray[np.int64]:
    """Return the seconds of a span, counted from its beginning, that lost much undelayed."""
    if not len(seen.time):
        return np.zeros(0, np.int64)
    # A full queue delays as well as dropping; a failing link only drops.
    _, delayed = inflations(seen.rtt_s)
    kept = (seen.time > since) & (seen.time <= until) & ~delayed
    lost, total = (_by_second(seen, column, kept, since) for column in (seen.lost, seen.total))
    lossy = (total >= _FEWEST) & (lost >= terms.lossy_share * total)
    return np.flatnonzero(lossy)


def _by_second(
    seen: Seen, column: NDArray[Any], kept: NDArray[np.bool_], since: float
) -> NDArray[np.float64]:
    second = np.floor(seen.time[kept] - since).astype(np.int64)
    return np.bincount(second, column[kept]).astype(np.float64)


def _covered(seen: Seen, since: float, until: float) -> float:
    """Return the share of a span's seconds in which the link was probed."""
    within = (seen.time > since) & (seen.time <= until) & (seen.total > 0)
    seconds = np.unique(np.ceil(seen.time[within] - since))
    return min(1.0, len(seconds) / max(1.0, float(np.ceil(until - since))))
