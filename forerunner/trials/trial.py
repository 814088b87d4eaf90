"""One seeded fault on the link that carries the stream, and what the stream lost by it."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from forerunner.degradation import Schedule
from forerunner.lab import traffic
from forerunner.lab.play import play
from forerunner.lab.traffic import Count
from forerunner.trials.site import Site

LINK = "r1:r3"
"""The link between the stream's first and second router, so the one that carries it."""

RATE = 200
"""Packets a second of the stream, one way."""

LEAD_IN_S, TAIL_S = 2.0, 8.0
"""Seconds of stream before the schedule, and after it until OSPF has settled."""


@dataclass(frozen=True)
class Trial:
    """What one trial gave.

    Attributes:
        arm: What protected the stream: `dead_timer`, `bfd`, `forerunner` or `none`.
        kind: Kind of degradation.
        seed: Its seed.
        sent: Packets that the stream sent.
        lost: Of these, packets that never arrived.
        losses: (seconds since the schedule began, packets lost) by the time of sending.
        began_at: When the schedule began, seconds since the epoch.
        onset_at: When the link began to degrade; None when it never does.
        fault_at: When the black hole began, seconds since the epoch; None without one.
        ended_at: When the schedule ended, seconds since the epoch.
        capture: The receiver's packet capture.
    """

    arm: str
    kind: str
    seed: int
    sent: int
    lost: int
    losses: tuple[tuple[float, int], ...]
    began_at: float
    onset_at: float | None
    fault_at: float | None
    ended_at: float
    capture: str

    def to_dict(self) -> Mapping[str, Any]:
        """Return the trial as plain JSON data."""
        return asdict(self)

    def lost_before(self, seconds: float) -> int:
        """Return the packets lost until so many seconds after the schedule began."""
        return sum(lost for at, lost in self.losses if at < seconds)


def run(site: Site, schedule: Schedule, arm: str, directory: Path) -> Trial:
    """Play a schedule on the stream's link and return what the stream lost.

    The raw record goes beside the capture, as `<arm>-<kind>-<seed>.json` and `.pcap`.

    Args:
        site: The lab, which must be up and converged.
        schedule: The degradation.
        arm: Name of what protects the stream, for the record.
        directory: Where capture and record go.
    """
    directory.mkdir(parents=True, exist_ok=True)
    stem = directory / f"{arm}-{schedule.kind}-{schedule.seed}"
    capture = stem.with_suffix(".pcap")
    with traffic.start(site.lab, rate=RATE, capture=capture) as stream:
        time.sleep(LEAD_IN_S)
        began = play(site.lab, LINK, schedule)
        ended = time.time()
        time.sleep(TAIL_S)
        count = stream.stop()
    trial = _trial(arm, schedule, count, (began, ended), capture)
    stem.with_suffix(".json").write_text(json.dumps(trial.to_dict()) + "\n")
    return trial


def _trial(
    arm: str, schedule: Schedule, count: Count, span: tuple[float, float], capture: Path
) -> Trial:
    began, ended = span
    return Trial(
        arm=arm,
        kind=schedule.kind,
        seed=schedule.seed,
        sent=count.sent,
        lost=count.lost,
        losses=tuple((at - began, lost) for at, lost in count.losses),
        began_at=began,
        onset_at=None if schedule.onset_s is None else began + schedule.onset_s,
        fault_at=None if schedule.fault_at_s is None else began + schedule.fault_at_s,
        ended_at=ended,
        capture=capture.name,
    )
