"""The record of a playbook: how often its predictions were right, how early, at what cost."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from analytics.grade.calibration import Reliability, calibration
from analytics.grade.grading import Grade
from analytics.proportion import lower_bound


@dataclass(frozen=True)
class Record:
    """The graded predictions of one playbook.

    Attributes:
        playbook: The playbook.
        right: Predictions that came true.
        false_alarms: Predictions that did not.
        unknown: Predictions of which nobody can tell; they count as neither.
        open: Predictions whose verdict may still change.
        unproven: Of these, acts whose link has shown nothing yet that proves them right.
        false_alarms_at: When the false alarms were predicted, seconds since the epoch.
        window: Verdicts of the newest settled predictions that are right or false, newest first,
            as whether they were right.
        lead_s: Median seconds from the prediction to the fault; None without a fault.
        calibration: Of what is right or false; None without any.
        lost_before: Probe packets lost before the acts took hold.
        lost_after: Those that traffic was spared.
        service_s: Seconds that links were out of service.
        idle_s: Of these, seconds for false alarms.
    """

    playbook: str
    right: int
    false_alarms: int
    unknown: int
    open: int
    unproven: int
    false_alarms_at: tuple[float, ...]
    window: tuple[bool, ...]
    lead_s: float | None
    calibration: Reliability | None
    lost_before: int
    lost_after: int
    service_s: float
    idle_s: float

    @property
    def precision(self) -> float | None:
        """Return the share that was right; None while nothing is graded."""
        graded = self.right + self.false_alarms
        return self.right / graded if graded else None

    def lower_bound(self, window: int, confidence: float) -> float:
        """Return the lower bound of precision over the newest `window` graded predictions."""
        newest = self.window[:window]
        return lower_bound(sum(newest), len(newest), confidence)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return asdict(self) | {"precision": self.precision}


def record(playbook: str, grades: Iterable[Grade]) -> Record:
    """Return the record of a playbook from grades of any playbook, in any order."""
    mine = sorted((x for x in grades if x.playbook == playbook), key=lambda x: -x.made_at)
    settled = [x for x in mine if x.settled]
    told = [x for x in settled if x.verdict != "unknown"]
    false = [x for x in told if x.verdict == "false_alarm"]
    still_open = [x for x in mine if not x.settled]
    return Record(
        playbook=playbook,
        right=len(told) - len(false),
        false_alarms=len(false),
        unknown=len(settled) - len(told),
        open=len(still_open),
        unproven=sum(x.acted and x.verdict == "unknown" for x in still_open),
        false_alarms_at=tuple(x.made_at for x in false),
        window=tuple(x.verdict == "right" for x in told),
        lead_s=_lead_s(told),
        calibration=_calibration(told),
        lost_before=sum(x.cost.lost_before or 0 for x in mine),
        lost_after=sum(x.cost.lost_after or 0 for x in mine),
        service_s=sum(x.cost.service_s or 0.0 for x in mine),
        idle_s=sum(x.cost.service_s or 0.0 for x in false),
    )


def _lead_s(told: Sequence[Grade]) -> float | None:
    leads = [x.lead_s for x in told if x.lead_s is not None and x.verdict == "right"]
    return median(leads) if leads else None


def _calibration(told: Sequence[Grade]) -> Reliability | None:
    return calibration([x.probability for x in told], [x.verdict == "right" for x in told])
