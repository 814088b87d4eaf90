"""A model whose inputs have changed, on healthy links: what it does until it is demoted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.decide import Policy
from analytics.evaluate import acts
from analytics.failure.examples import SURROUNDINGS
from analytics.failure.model import LinkFailureModel
from analytics.failure.monitor import debounced
from analytics.failure.series import BIN_S, ProbeSeries
from analytics.failure.simulate import Surroundings, simulate
from analytics.grade import Cost, Grade, Ladder, Seen, autonomy, judge, record
from analytics.grade.crowd import crowded
from analytics.grade.drift import drifted
from forerunner.bench.predict.link_cases import predicted, seen_of
from forerunner.degradation import Schedule, schedule

LINKS, LENGTH_S, BEGINS_S, APART_S = 7, 3600.0, 360.0, 60.0
_BURST_S, _BURST_GAP_S, _BURST_LOSS = 0.5, 5.0, 0.5
# The clock of the ladder's grants: the benchmark's links begin at this time.
_CLOCK = 1_800_000_000.0
_PAST_S = 100.0

Change = Callable[[Schedule, int, Surroundings], ProbeSeries]


def _lossy(share: float) -> Change:
    return lambda plan, seed, around: simulate(plan, seed, replace(around, stray_loss=share))


def _bursts(plan: Schedule, seed: int, around: Surroundings) -> ProbeSeries:
    """Return a link with a harmless burst every five seconds on average."""
    random = np.random.default_rng(seed)
    raised, start = list(plan.points), 0.0
    while (start := start + _BURST_S + random.exponential(_BURST_GAP_S - _BURST_S)) < LENGTH_S - 1:
        for index in range(round(start / BIN_S), round((start + _BURST_S) / BIN_S)):
            raised[index] = raised[index]._replace(loss=max(_BURST_LOSS, raised[index].loss))
    return simulate(replace(plan, points=tuple(raised)), seed, around)


def _tenfold(plan: Schedule, seed: int, around: Surroundings) -> ProbeSeries:
    """Return a link whose losses are counted ten times."""
    made = simulate(plan, seed, around)
    forward = np.minimum(made.sent, 10 * made.lost_forward)
    returned = made.sent - forward
    backward = np.minimum(returned, 10 * made.lost_backward)
    return ProbeSeries(made.sent, forward, returned, backward, made.rtt_s)


def _fewer(plan: Schedule, seed: int, around: Surroundings) -> ProbeSeries:
    return simulate(plan, seed, replace(around, packets=around.packets // 5))


CHANGES: Mapping[str, Change] = {
    "1% of random loss": _lossy(0.01),
    "2% of random loss": _lossy(0.02),
    "a burst every 5 s": _bursts,
    "losses counted tenfold": _tenfold,
    "a fifth of the packets": _fewer,
}


@dataclass(frozen=True)
class Run:
    """How one hour went.

    Attributes:
        fired: Times the trigger fired: the bad acts of a loop without a guard.
        acted: Of these, those that nothing held back: autonomy said act, or is not enforced.
        level: Where autonomy stood after the last of them.
    """

    fired: int
    acted: int
    level: str


@dataclass(frozen=True)
class Fired:
    """The trigger of one link fired."""

    time: float
    link: int
    probability: float


def run(
    change: Change, rolling: bool, seed: int, model: LinkFailureModel, terms: tuple[Policy, Ladder]
) -> Run:
    """Return how an hour went in which the inputs change.

    Args:
        change: What happens to them.
        rolling: One link after the other, not all at once.
        seed: Of the links.
        model: In service.
        terms: The policy and the ladder; one that is not enforced holds nothing back.
    """
    policy, ladder = terms
    series = [_link(change, rolling, seed * LINKS + index, index) for index in range(LINKS)]
    shown, said = [seen_of(each) for each in series], [debounced(model, each) for each in series]
    fired = sorted(_fired(said, policy), key=lambda each: each.time)
    graded, acted, level = _Graded(shown), 0, "act"
    for each in fired:
        level = _level(graded, each, ladder)
        free = level == "act" or not ladder.enforced
        acted += free
        graded.add(each, free)
    return Run(len(fired), acted, level)


class _Graded:
    """The predictions of an hour, each graded once its verdict stands."""

    def __init__(self, shown: Sequence[Seen]) -> None:
        self.shown = shown
        self._open: list[tuple[Fired, bool]] = []
        self._settled: list[Grade] = []

    def add(self, fired: Fired, acted: bool) -> None:
        """Take in a prediction."""
        self._open.append((fired, acted))

    def until(self, now: float) -> list[Grade]:
        """Return all grades by what has been seen until now."""
        found = [(_grade(x, self.shown[x.link], acted, now), x, acted) for x, acted in self._open]
        self._settled += [grade for grade, _, _ in found if grade.settled]
        self._open = [(x, acted) for grade, x, acted in found if not grade.settled]
        return [*self._settled, *(grade for grade, _, _ in found if not grade.settled)]


def _level(graded: _Graded, fired: Fired, ladder: Ladder) -> str:
    """Return what autonomy says when a trigger has fired."""
    now, grades = fired.time, graded.until(fired.time)
    recent = {str(i): _cut(x, now - _PAST_S, now) for i, x in enumerate(graded.shown)}
    asked = [*grades, _grade(fired, graded.shown[fired.link], False, now)]
    drift = drifted(recent, now)
    drift = drift or crowded(asked, LINKS, ladder.predictions_per_link_hour, _CLOCK + now)
    return autonomy(record("drain_link", grades), ladder, _CLOCK + now, drift).level


def _link(change: Change, rolling: bool, seed: int, index: int) -> ProbeSeries:
    """Return an hour of a link whose inputs change at its time."""
    around = SURROUNDINGS[index % len(SURROUNDINGS)]
    plan = schedule("benign", seed, length_s=LENGTH_S)
    at = round((BEGINS_S + (APART_S * index if rolling else 0.0)) / BIN_S)
    before, after = simulate(plan, seed, around), change(plan, seed, around)
    columns = (
        np.concatenate((getattr(before, x.name)[:at], getattr(after, x.name)[at:]))
        for x in fields(ProbeSeries)
    )
    return ProbeSeries(*columns)


def _fired(said: Sequence[np.ndarray], policy: Policy) -> Iterator[Fired]:
    for link, probability in enumerate(said):
        for index in acts(probability, policy, BIN_S):
            yield Fired((index + 1) * BIN_S, link, float(probability[index]))


def _grade(fired: Fired, seen: Seen, acted: bool, now: float) -> Grade:
    """Return the grade of a prediction by what its link has shown until now."""
    prediction = predicted(str(fired.link), fired.time, fired.probability)
    made_at = prediction.made_at
    until = min(now, made_at + prediction.horizon_s)
    found = judge(prediction, _cut(seen, made_at - _PAST_S, until), now)
    return Grade(
        prediction.id, prediction.kind, prediction.target, prediction.model,
        prediction.probability, _CLOCK + made_at, found.verdict, found.settled, found.lead_s,
        acted, Cost(None, None, None), found.why,
    )  # fmt: skip


def _cut(seen: Seen, since: float, until: float) -> Seen:
    first, last = (max(0, round(moment / BIN_S)) for moment in (since, until))
    span = slice(first, last)
    return Seen(seen.time[span], seen.lost[span], seen.total[span], seen.rtt_s[span])
