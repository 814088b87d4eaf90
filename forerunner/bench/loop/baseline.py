"""The baseline beside ours: a plain capped CUSUM on the very probes of a live trial."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

import numpy as np

from analytics.decide import Policy
from analytics.evaluate import acts
from analytics.evaluate.baseline import cusum_probability
from analytics.failure.series import BIN_S, ProbeSeries
from forerunner import home
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Link
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK, Trial

_METRICS = ("probe_sent", "probe_lost")


def probe_rate(site: Site, trials: Sequence[Trial]) -> float | None:
    """Return the probes a second that one end of the link sent, median over a trial's bins."""
    if not trials:
        return None
    link = site.lab.topology.link(LINK)
    way = link.directions[0]
    sent = [
        (sample.time, sample.value)
        for sample in _samples(site, trials[0], link)
        if (sample.host, sample.metric) == (way.host, "probe_sent")
    ]
    rates = [value / (b - a) for (a, _), (b, value) in pairwise(sent) if b - a < 5 * BIN_S]
    return median(rates) if rates else None


def loss_share(
    site: Site, trials: Mapping[str, Trial], reaction_s: float | None, policy: Policy
) -> float | None:
    """Return the share of the dead timer's loss, had the CUSUM raised the alarm instead of ours.

    Args:
        site: Where the loop ran.
        trials: The trial in every arm.
        reaction_s: Seconds from our prediction to the verified drain of this trial.
        policy: Thresholds and cooldown.

    Returns:
        None when there are no probes, or our drain was never verified.
    """
    ours, peer = trials["forerunner"], trials["dead_timer"]
    series = probed(site, ours)
    if reaction_s is None or series is None:
        return None
    fired = acts(cusum_probability(series, policy.act_probability), policy, BIN_S)
    if not fired:
        return 1.0
    return peer.lost_before(fired[0] * BIN_S + reaction_s) / max(peer.lost, 1)


def probed(site: Site, trial: Trial) -> ProbeSeries | None:
    """Return what the probes saw of the link during a trial; None when the store has nothing."""
    link = site.lab.topology.link(LINK)
    there, back = link.directions
    columns: dict[tuple[str, str], dict[int, float]] = {}
    for sample in _samples(site, trial, link):
        index = int((sample.time - trial.began_at) / BIN_S)
        columns.setdefault((sample.host, sample.metric), {})[index] = sample.value
    if not columns:
        return None
    length = 1 + max(index for column in columns.values() for index in column)

    def column(host: str, metric: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        values = columns.get((host, metric), {})
        return np.array([int(values.get(index, 0)) for index in range(length)])

    return ProbeSeries(
        sent=column(there.host, "probe_sent"),
        lost_forward=column(there.host, "probe_lost"),
        returned=column(back.host, "probe_sent"),
        lost_backward=column(back.host, "probe_lost"),
        rtt_s=np.zeros(length),
    )


def _samples(site: Site, trial: Trial, link: Link) -> list[Sample]:
    samples = Store(home.telemetry(site.var)).read(
        metrics=list(_METRICS), hosts=list(link.ends), since=trial.began_at, until=trial.ended_at
    )
    interfaces = {way.host: way.interface for way in link.directions}
    return [sample for sample in samples if interfaces.get(sample.host) == sample.interface]
