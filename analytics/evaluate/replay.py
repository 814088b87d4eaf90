"""Replays generated history through a detector and a policy, and counts what it costs."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from analytics.decide import Policy
from analytics.evaluate.acts import acts
from analytics.evaluate.shares import loss_share
from analytics.failure.examples import Case, benign_case, fault_case
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.failure.simulate import USUAL, Surroundings

Detector = Callable[[ProbeSeries], NDArray[np.float64]]
RAMPS = ("linear", "stepped", "bursty")

# Benign seeds of a replay begin here, far from any that was trained or tuned on.
_FIRST_SEED, _SEEDS_APART = 1_000_000, 10_000


@dataclass(frozen=True)
class Shares:
    """How one kind of degradation went.

    Attributes:
        kind: The kind.
        shares: Loss share of each seed; empty where the kind has no single fault.
        delays_s: Seconds from the onset to the first act; infinite when there was none.
        acts: Acts from the onset to the end, of each seed.
    """

    kind: str
    shares: tuple[float, ...]
    delays_s: tuple[float, ...]
    acts: tuple[int, ...]

    def row(self) -> dict[str, float | str | None]:
        """Return the kind's figures for a table or a file."""
        known = [delay for delay in self.delays_s if np.isfinite(delay)]
        return {
            "kind": self.kind,
            "share_median": median(self.shares) if self.shares else None,
            "share_max": max(self.shares, default=None),
            "delay_median_s": median(known) if known else None,
            "missed": len(self.delays_s) - len(known),
            "acts_max": max(self.acts, default=0),
            "seeds": len(self.delays_s),
        }


def benign_seeds(hours: int, seed: int) -> range:
    """Return the seeds of the benign hours that a replay's own seed stands for."""
    first = _FIRST_SEED + seed * _SEEDS_APART
    return range(first, first + hours)


def benign_acts(
    detector: Detector, policy: Policy, seeds: Iterable[int], around: Surroundings | None = None
) -> Iterable[int]:
    """Yield the acts of each benign hour; every one of them is for nothing.

    Args:
        detector: Gives a probability for every interval of a series.
        policy: Thresholds and cooldown.
        seeds: One per hour.
        around: The links and the machine; by default a mixture that the seed picks from.
    """
    for seed in seeds:
        case = benign_case(seed, around=around)
        yield len(acts(detector(case.series), policy, BIN_S))


def fault_shares(
    detector: Detector, policy: Policy, kinds: Iterable[str], seeds: Iterable[int]
) -> list[Shares]:
    """Return how each kind went, over all seeds, as the lab plays it: both directions."""
    seeds = list(seeds)
    results: dict[str, list[tuple[float | None, float, int]]] = defaultdict(list)
    for kind in kinds:
        for seed in seeds:
            case = fault_case(kind, seed, USUAL)
            results[kind].append(_judge(detector, policy, case))
    return [
        Shares(
            kind,
            tuple(share for share, _, _ in found if share is not None),
            tuple(delay for _, delay, _ in found),
            tuple(count for _, _, count in found),
        )
        for kind, found in results.items()
    ]


def _judge(detector: Detector, policy: Policy, case: Case) -> tuple[float | None, float, int]:
    """Return the loss share, the delay and the number of acts from the onset on."""
    onset = case.schedule.onset_s or 0.0
    times = [(index + 1) * BIN_S for index in acts(detector(case.series), policy, BIN_S)]
    since = [time for time in times if time > onset]
    first = since[0] if since else None
    # Where holes and healthy spells take turns no single fault ends the loss.
    share = loss_share(case.schedule, first) if case.schedule.kind != "flapping" else None
    return share, (first - onset if first is not None else float("inf")), len(since)
