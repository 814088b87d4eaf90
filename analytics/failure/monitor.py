"""Watching one link: probe results in, probability, lead time and evidence out."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from analytics.failure.features import Features, extract
from analytics.failure.model import LinkFailureModel
from analytics.failure.series import ProbeSeries
from analytics.failure.simulate import USUAL
from forerunner.model import ProbeBin

# A probability from which a link counts as failed for the hold, and one from which as unwell.
_FAILED, _UNWELL = 0.9, 0.5
# A healthy link may lose a packet now and then; more in an interval makes it unwell.
_UNWELL_SHARE = 0.2
# Healthy seconds after which the next failure is a relapse and not the same one still.
_RELAPSE_S = 5.0
# Seconds without a failure that take one relapse back.
_FORGIVE_S = 600.0
# A hole in the results after which what came before says nothing any more.
_GAP_S = 30.0
# Shares mean what was learned only at about the rate that was learned at: over so many intervals
# the first end may send so many times less or more. Probes each 20 ms are half of it, but for some
# that come late.
_RATE_BINS, _RATE_FACTOR = 100, 2.2


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the monitor thinks of a link after an interval.

    Attributes:
        probability: That it fails within the model's horizon, 0 to 1, debounced.
        lead_time_s: Expected seconds until then; None while it is not likely.
        evidence: The features that speak for it most, and what each adds in log odds; empty
            while it is not likely.
        abstains: Whether there is no answer, because the link is probed as none was that the model
            learned from; the probability is 0 then, and the link does not count as healthy.
    """

    probability: float
    lead_time_s: float | None
    evidence: dict[str, float]
    abstains: bool = False


class LinkMonitor:
    """Assesses one link, strictly online, well under a millisecond an interval.

    Args:
        model: A fitted or loaded model.
        link: Name of the link.
        hold_s: Healthy seconds that are asked for before the link is fit for traffic.
        hold_factor: What every relapse multiplies them by.
        maximum_hold_s: What they never grow beyond.

    Source: RFC 2439 (damping of flaps by a penalty that grows and decays).
    """

    def __init__(
        self,
        model: LinkFailureModel,
        link: str,
        hold_s: float = 20.0,
        hold_factor: float = 2.0,
        maximum_hold_s: float = 600.0,
    ) -> None:
        self.link = link
        self._model = model
        self._hold_s, self._factor, self._maximum_s = hold_s, hold_factor, maximum_hold_s
        self._relapses = 0
        self._unwell_at = -math.inf
        self._failed_at = -math.inf
        self._rested = False
        self._time = -math.inf
        self._probabilities = _latest(model)
        self._restart()

    def update(self, probed: ProbeBin) -> Assessment:
        """Take in one interval and return what to think of the link now."""
        if probed.time - self._time > _GAP_S:
            self._restart()
        self._time = probed.time
        row = self._features.update(probed)
        self._probabilities.append(self._model.predict_row(row))
        self._sent.append(probed.sent)
        if _strange_rate(sum(self._sent), len(self._sent)):
            self._unwell_at = probed.time
            return Assessment(0.0, None, {}, abstains=True)
        probability = min(self._probabilities)
        self._watch_health(probed, probability)
        if probability < _UNWELL:
            return Assessment(probability, None, {})
        lead_s = self._model.lead_time_s(row)
        return Assessment(probability, lead_s, self._model.explain(row))

    def use(self, model: LinkFailureModel) -> None:
        """Assess by another model from the next interval on; what was seen stays known."""
        self._model = model
        self._probabilities = _latest(model, self._probabilities)

    def healthy_for_s(self, now: float) -> float:
        """Return the seconds since the link last looked unwell; 0 when nothing is known.

        Args:
            now: Seconds since the epoch, as the intervals' time.
        """
        if math.isinf(self._unwell_at) or now - self._time > _GAP_S:
            return 0.0
        return max(0.0, now - self._unwell_at)

    @property
    def required_hold_s(self) -> float:
        """Return the healthy seconds that the link needs before it is fit, relapses counted."""
        return min(self._maximum_s, self._hold_s * self._factor**self._relapses)

    def _restart(self) -> None:
        self._features = Features()
        self._sent: deque[int] = deque(maxlen=_RATE_BINS)
        # Until the window is full the debounced probability is that of a healthy link.
        self._probabilities = _latest(self._model)
        # What was not watched was not healthy either.
        self._unwell_at = -math.inf

    def _watch_health(self, probed: ProbeBin, probability: float) -> None:
        lost, total = probed.lost_forward + probed.lost_backward, probed.sent + probed.returned
        heavy = lost > 0 and lost >= _UNWELL_SHARE * total
        if math.isinf(self._unwell_at):
            self._unwell_at = probed.time
        if heavy or probability >= _UNWELL:
            self._rested |= probed.time - self._unwell_at > _RELAPSE_S
            self._unwell_at = probed.time
        if probability >= _FAILED:
            self._count_failure(probed.time)
        elif self._relapses and probed.time - self._failed_at >= _FORGIVE_S:
            self._relapses -= 1
            self._failed_at = probed.time

    def _count_failure(self, now: float) -> None:
        """Note a failure; one that follows on rest after another is a relapse."""
        if self._rested and not math.isinf(self._failed_at):
            self._relapses += 1
        self._rested = False
        self._failed_at = now


def _latest(model: LinkFailureModel, known: Iterable[float] = ()) -> deque[float]:
    return deque([0.0] * model.debounce + list(known), maxlen=model.debounce)


def _strange_rate(sent: Any, bins: Any) -> Any:
    """Return whether so many packets in so many intervals are unlike what was learned from."""
    usual = USUAL.packets * bins
    return (sent * _RATE_FACTOR < usual) | (sent > usual * _RATE_FACTOR)


def debounced(model: LinkFailureModel, series: ProbeSeries) -> NDArray[np.float64]:
    """Return the probability that `LinkMonitor.update` gives for every interval of a series."""
    probability = model.predict(extract(series))
    sent = np.concatenate((np.zeros(1), np.cumsum(series.sent)))
    until = np.arange(1, len(sent))
    since = np.maximum(0, until - _RATE_BINS)
    # Before the first interval the link counts as healthy, as in the monitor.
    padded = np.concatenate((np.zeros(model.debounce), probability))
    lowest = sliding_window_view(padded, model.debounce).min(axis=1)[1:]
    strange = _strange_rate(sent[until] - sent[since], until - since)
    return np.asarray(np.where(strange, 0.0, lowest))
