"""The score of the Numenta benchmark, by its standard profile."""

from collections.abc import Iterable, Sequence
from math import exp

from forerunner.bench.predict.nab_series import Labelled

_FALSE_ALARM = 0.11
# Past three widths of its window a late alarm is as bad as one that belongs to none.
_FAR = 3.0


def nab_score(series: Sequence[Labelled], alarms: Iterable[Sequence[int]]) -> float:
    """Return the score: 100 for every window hit at its begin and no false alarm, 0 for silence.

    Args:
        series: What was judged.
        alarms: By series, the indices at which something was said to be wrong.

    Source: A. Lavin, S. Ahmad, "Evaluating real-time anomaly detection algorithms" (2015),
    profile `standard`.
    """
    count = sum(len(each.windows) for each in series)
    if not count:
        return 0.0
    total = sum(_score(each, found) for each, found in zip(series, alarms, strict=True))
    # Silence misses every window, and costs one each; the best that there is earns one each.
    return 100 * (total + count) / (2 * count)


def _score(series: Labelled, alarms: Sequence[int]) -> float:
    total, hit = 0.0, set()
    for at in sorted(each for each in alarms if each >= series.probation):
        inside = [window for window in series.windows if window[0] <= at <= window[1]]
        if not inside:
            total += _FALSE_ALARM * _outside(series, at)
        elif inside[0] not in hit:
            hit.add(inside[0])
            begin, end = inside[0]
            total += _sigmoid(-(end - at + 1) / (end - begin + 1)) / _sigmoid(-1.0)
    return total - (len(series.windows) - len(hit))


def _outside(series: Labelled, at: int) -> float:
    past = [window for window in series.windows if window[1] < at]
    if not past:
        return -1.0
    begin, end = max(past, key=lambda each: each[1])
    late = (at - end) / max(1, end - begin)
    return -1.0 if late > _FAR else _sigmoid(late)


def _sigmoid(place: float) -> float:
    return 2 / (1 + exp(5 * place)) - 1
