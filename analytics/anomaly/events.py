"""One fault is one event: alarms near in time, and the ranked devices and metrics behind them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Alarm:
    """A score of one metric that passed its threshold.

    Attributes:
        time: Seconds since the epoch.
        device: Inventory name.
        metric: What it was about; with the interface, where there is one.
        score: High is unusual; alarms of one event are of one unit.
    """

    time: float
    device: str
    metric: str
    score: float


@dataclass(frozen=True)
class Cause:
    """A device's metric within an event.

    Attributes:
        device: Inventory name.
        metric: As in its alarms.
        peak: The highest of its scores.
        begun: When it alarmed first, seconds since the epoch.
    """

    device: str
    metric: str
    peak: float
    begun: float


@dataclass
class AnomalyEvent:
    """Alarms that are taken for one fault.

    Attributes:
        begun: Time of the first alarm, seconds since the epoch.
        latest: Time of the newest.
        devices: Whose metrics alarmed.
        absorbed: Whether it turned out to be part of another event, which tells of it now.
    """

    begun: float
    latest: float
    devices: set[str] = field(default_factory=set)
    absorbed: bool = False
    _causes: dict[tuple[str, str], Cause] = field(default_factory=dict)

    @property
    def causes(self) -> list[Cause]:
        """Return what is behind it, the likeliest first: high scores, then early ones."""
        return sorted(self._causes.values(), key=lambda x: (-x.peak, x.begun, x.device, x.metric))

    def take(self, alarm: Alarm) -> None:
        """Take in one more alarm."""
        at = (alarm.device, alarm.metric)
        known = self._causes.get(at, Cause(*at, alarm.score, alarm.time))
        begun = min(known.begun, alarm.time)
        self._causes[at] = Cause(*at, max(known.peak, alarm.score), begun)
        self.devices.add(alarm.device)
        self.begun = min(self.begun, alarm.time)
        self.latest = max(self.latest, alarm.time)

    def absorb(self, other: "AnomalyEvent") -> None:
        """Take in all of another event that turned out to be the same fault."""
        for cause in other.causes:
            self.take(Alarm(cause.begun, cause.device, cause.metric, cause.peak))
        self.latest = max(self.latest, other.latest)
        other.absorbed = True


class Grouping:
    """Puts alarms into events as they come.

    An alarm joins an event whose newest alarm is no older than `quiet_s`, on its device or one
    beside it; where it joins two, they were one fault and become one event.

    Args:
        quiet_s: Seconds without an alarm after which an event is over.
        beside: By device, those linked to it; without it every device is beside every other.

    Attributes:
        open_: Events that are not over.
    """

    def __init__(
        self, quiet_s: float = 120.0, beside: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self.quiet_s = quiet_s
        self.beside = beside
        self.open_: list[AnomalyEvent] = []

    def update(self, now: float, alarms: Sequence[Alarm]) -> list[AnomalyEvent]:
        """Take in the alarms of one moment and return the events that they opened."""
        self.open_ = [each for each in self.open_ if now - each.latest <= self.quiet_s]
        before = list(self.open_)
        for alarm in sorted(alarms, key=lambda x: -x.score):
            self._place(alarm)
        return [each for each in self.open_ if not any(each is known for known in before)]

    def _place(self, alarm: Alarm) -> None:
        joined = [each for each in self.open_ if self._near(alarm.device, each.devices)]
        if not joined:
            joined = [AnomalyEvent(alarm.time, alarm.time)]
            self.open_.append(joined[0])
        first, *others = joined
        first.take(alarm)
        for other in others:
            first.absorb(other)
        self.open_ = [each for each in self.open_ if not any(each is gone for gone in others)]

    def _near(self, device: str, devices: Collection[str]) -> bool:
        if self.beside is None or device in devices:
            return True
        return any(
            device in self.beside.get(each, ()) or each in self.beside.get(device, ())
            for each in devices
        )
