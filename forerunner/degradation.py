"""How a link degrades: stated, seeded schedules of loss that end in a silent black hole, or do not.

A schedule is data. The lab plays it on a real link, a simulation turns it into probe results,
and both mean the same seed. Kinds to learn from and kinds to be tested on are kept apart, so
that a model is judged on shapes that it has never seen.

Every kind that fails has a clean lead-in of 3 to 8 s. The seed varies:

========== ===== ======================================================== =======================
kind       use   shape                                                    also varied by the seed
========== ===== ======================================================== =======================
linear     test  0 to 30% loss over 30 s                                  +-10% in each second
stepped    test  5, 10, 20, 30%, 7.5 s each                               +-10% on each step
bursty     test  half-second bursts of 50%, ever closer, over 30 s        first gap 3 to 6 s, each
                                                                          gap 0.78 to 0.88 of the
                                                                          one before, not < 0.6 s
flapping   test  black holes and healthy spells take turns                4 to 6 holes of 3 to 8 s,
                                                                          6 to 12 s healthy between
exponential train loss doubles again and again, 0.5% to 25-45%            20 to 45 s
sawtooth   train teeth from 0 to a peak, each peak higher than the last   tooth 3 to 9 s, last peak
                                                                          30 to 50%
clustered  train two-state chain, the bad state ever more frequent        bad state 0.2 to 1 s at
                                                                          30 to 70%
benign     both  noise up to 0.3%, congestion, single bursts; no fault    all of it
========== ===== ======================================================== =======================

Congestion is that of a queue: `rate_share` tells that the queue is full, and what passes it
waits in it. A probe that is lost at its tail would have stood behind a full queue, so the
probes that get through are late; probes of a class with another queue are not lost either. A
policer, which drops without a queue, is outside this model.

Noise of up to 0.3% is called harmless: three times the share that ITU-T Y.1541 (2011, table 1)
allows a whole path in its classes 0 to 4, which is 1e-3. The bound was 1% until it was seen
that a link which loses 1% at random is far out of that objective, and so is not benign.

Source: the two-state chain is Gilbert, "Capacity of a burst-noise channel", BSTJ 39 (1960).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from random import Random
from typing import NamedTuple

from forerunner.errors import ForerunnerError

TEST_KINDS = ("linear", "stepped", "bursty", "flapping")
TRAINING_KINDS = ("exponential", "sawtooth", "clustered")
KINDS = (*TEST_KINDS, *TRAINING_KINDS, "benign")

BLACK_HOLE_S = 20.0
DEGRADATION_S = 30.0
BENIGN_BURST_GAP_S = 60.0
BENIGN_NOISE = 0.003


class UnknownKind(ForerunnerError):
    """A kind of degradation was named that there is not."""


# An hour holds 36,000 of them: a tuple is made in less than half the time of a dataclass.
class Point(NamedTuple):
    """What a link does to packets from `time_s` until the next point.

    Attributes:
        time_s: Seconds since the schedule began.
        loss: Share of packets that are dropped at random, each way, 0 to 1.
        blackhole: True when every packet vanishes and the interface stays up.
        rate_share: Share of the link's capacity that is left to it under congestion, 0 to 1;
            None when nothing limits it. Congestion delays packets as well as losing some.
    """

    time_s: float
    loss: float
    blackhole: bool = False
    rate_share: float | None = None


@dataclass(frozen=True)
class Schedule:
    """A degradation, step by step.

    Attributes:
        kind: One of `KINDS`.
        seed: What its random parts were drawn from.
        points: In order, one per step.
        onset_s: When the degradation begins; None when it is benign.
        fault_at_s: When the (first) black hole begins; None when it is benign.
        duration_s: Seconds until the link is to be left clean again.
    """

    kind: str
    seed: int
    points: tuple[Point, ...]
    onset_s: float | None
    fault_at_s: float | None
    duration_s: float


def schedule(kind: str, seed: int, step_s: float = 0.1, length_s: float = 600.0) -> Schedule:
    """Return the schedule of a kind and a seed; the same arguments give the same schedule.

    Args:
        kind: One of `KINDS`; the module's table says what each is.
        seed: Any integer.
        step_s: Seconds between points.
        length_s: Seconds that a benign schedule lasts; the other kinds have their own length.

    Raises:
        UnknownKind: Lists the kinds that there are.

    Example:
        >>> fault = schedule("linear", seed=3)
        >>> round(fault.duration_s - fault.fault_at_s)
        20
    """
    random = Random(f"{kind}:{seed}")
    if kind == "benign":
        return _benign(random, seed, step_s, length_s)
    if kind == "flapping":
        return _flapping(random, seed, step_s)
    if kind not in _SHAPES:
        raise UnknownKind(f"degradation {kind!r} does not exist; there are {', '.join(KINDS)}")
    return _failing(random, kind, seed, step_s)


def _failing(random: Random, kind: str, seed: int, step_s: float) -> Schedule:
    """Return a clean lead-in, the shape of the kind and a black hole."""
    lead_in = [0.0] * _steps(random.uniform(3, 8), step_s)
    losses = lead_in + _SHAPES[kind](random, step_s)
    hole = [(1.0, True)] * _steps(BLACK_HOLE_S, step_s)
    levels = [(loss, False) for loss in losses] + hole
    return _assemble(kind, seed, step_s, levels, len(lead_in), len(losses))


def _assemble(
    kind: str,
    seed: int,
    step_s: float,
    levels: list[tuple[float, bool]],
    onset: int,
    fault: int,
) -> Schedule:
    losses, holes = zip(*levels, strict=True)
    points = tuple(map(Point, _times(len(levels), step_s), losses, holes))
    onset_s, fault_s = round(onset * step_s, 6), round(fault * step_s, 6)
    return Schedule(kind, seed, points, onset_s, fault_s, round(len(points) * step_s, 6))


@lru_cache(maxsize=4)
def _times(count: int, step_s: float) -> tuple[float, ...]:
    return tuple(round(index * step_s, 6) for index in range(count))


def _steps(seconds: float, step_s: float) -> int:
    return round(seconds / step_s)


def _linear(random: Random, step_s: float) -> list[float]:
    jitter = [random.uniform(0.9, 1.1) for _ in range(int(DEGRADATION_S))]
    times = (index * step_s for index in range(_steps(DEGRADATION_S, step_s)))
    return [0.30 * time / DEGRADATION_S * jitter[int(time)] for time in times]


def _stepped(random: Random, step_s: float) -> list[float]:
    levels = [level * random.uniform(0.9, 1.1) for level in (0.05, 0.10, 0.20, 0.30)]
    each = _steps(DEGRADATION_S / len(levels), step_s)
    return [level for level in levels for _ in range(each)]


def _bursty(random: Random, step_s: float) -> list[float]:
    losses = [0.0] * _steps(DEGRADATION_S, step_s)
    start, gap, ratio = 0.0, random.uniform(3, 6), random.uniform(0.78, 0.88)
    while start < DEGRADATION_S:
        _raise(losses, start, 0.5, 0.50, step_s)
        start += gap
        gap = max(0.6, gap * ratio)
    return losses


def _exponential(random: Random, step_s: float) -> list[float]:
    length, last = random.uniform(20, 45), random.uniform(0.25, 0.45)
    count = _steps(length, step_s)
    growth = last / 0.005
    return [0.005 * growth ** (index / count) for index in range(count)]


def _sawtooth(random: Random, step_s: float) -> list[float]:
    length, last = random.uniform(20, 45), random.uniform(0.3, 0.5)
    tooth, count = random.uniform(3, 9), _steps(length, step_s)
    losses = []
    for index in range(count):
        number, phase = divmod(index * step_s, tooth)
        losses.append(phase / tooth * last * min(1.0, (number + 1) * tooth / length))
    return losses


def _clustered(random: Random, step_s: float) -> list[float]:
    length, bad_loss = random.uniform(20, 45), random.uniform(0.3, 0.7)
    stay_s, last_share = random.uniform(0.2, 1.0), random.uniform(0.4, 0.7)
    count, bad, losses = _steps(length, step_s), False, []
    for index in range(count):
        share = max(0.02, last_share * index / count)
        leave = step_s / stay_s
        enter = leave * share / (1 - share)
        bad = random.random() >= leave if bad else random.random() < enter
        losses.append(bad_loss if bad else 0.0)
    return losses


_SHAPES: Mapping[str, Callable[[Random, float], list[float]]] = {
    "linear": _linear,
    "stepped": _stepped,
    "bursty": _bursty,
    "exponential": _exponential,
    "sawtooth": _sawtooth,
    "clustered": _clustered,
}


def _flapping(random: Random, seed: int, step_s: float) -> Schedule:
    lead_in = _steps(random.uniform(3, 8), step_s)
    levels = [(0.0, False)] * lead_in
    for _ in range(random.randint(4, 6)):
        levels += [(1.0, True)] * _steps(random.uniform(3, 8), step_s)
        levels += [(0.0, False)] * _steps(random.uniform(6, 12), step_s)
    return _assemble("flapping", seed, step_s, levels, lead_in, lead_in)


def _benign(random: Random, seed: int, step_s: float, length_s: float) -> Schedule:
    count = _steps(length_s, step_s)
    losses = _noise(random, count, step_s)
    shares = _congest(random, losses, length_s, step_s)
    start = random.uniform(5, BENIGN_BURST_GAP_S)
    while start < length_s - 1:
        _raise(losses, start, random.uniform(0.2, 0.5), random.uniform(0.2, 0.5), step_s)
        start += BENIGN_BURST_GAP_S + random.expovariate(1 / 120)
    points = tuple(map(Point, _times(count, step_s), losses, repeat(False), shares))
    return Schedule("benign", seed, points, None, None, round(count * step_s, 6))


def _noise(random: Random, count: int, step_s: float) -> list[float]:
    """Return a low random loss that changes its level every 20 to 120 s; at most 0.3%."""
    losses: list[float] = []
    while len(losses) < count:
        level = random.choice((0.0, BENIGN_NOISE * random.random() ** 3))
        losses += [level] * max(1, _steps(random.uniform(20, 120), step_s))
    return losses[:count]


def _congest(
    random: Random, losses: list[float], length_s: float, step_s: float
) -> list[float | None]:
    """Raise the losses where the link is congested; return the rate share that is left."""
    shares: list[float | None] = [None] * len(losses)
    edge = random.expovariate(1 / 120)
    while edge < length_s:
        lasts, peak, left = (
            random.uniform(5, 30),
            random.uniform(0.005, 0.03),
            random.random(),
        )
        first, last = _steps(edge, step_s), _steps(edge + lasts, step_s)
        for index in range(first, min(last, len(losses))):
            # Up and down again as a triangle: congestion builds up and drains.
            height = 1 - abs(2 * (index - first) / (last - first) - 1)
            losses[index] += peak * height
            shares[index] = round(0.1 + 0.4 * left, 3)
        edge += lasts + random.expovariate(1 / 180)
    return shares


def _raise(losses: list[float], start: float, lasts: float, level: float, step_s: float) -> None:
    """Set the losses between `start` and `start + lasts` to a level, where they are lower."""
    first = _steps(start, step_s)
    for index in range(first, min(first + max(1, _steps(lasts, step_s)), len(losses))):
        losses[index] = max(losses[index], level)
