"""The nouns of Forerunner: frozen, JSON at every border, checked when read back."""

import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal, Self

from forerunner.schema import check

PredictionKind = Literal["link_failure", "link_recovery"]
HostStatus = Literal["ok", "changed", "failed", "unreachable", "skipped"]
Severity = Literal["info", "warning", "error", "critical"]
OutcomeState = Literal["verified", "undone", "failed", "unreachable", "refused", "check"]

_NUMBER = {"type": "number"}
_STRING = {"type": "string", "minLength": 1}
_STRINGS = {"type": "array", "items": _STRING}
_OBJECT = {"type": "object"}
_STATES = {"enum": ["verified", "undone", "failed", "unreachable", "refused", "check"]}


def new_id(prefix: str) -> str:
    """Return a fresh identifier that sorts by the time at which it was made."""
    return f"{prefix}-{time.time_ns() // 1_000_000:012x}-{uuid.uuid4().hex[:8]}"


def _object(**properties: Any) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class _Record:
    """JSON out and schema-checked JSON in, for the frozen dataclasses below."""

    _schema: ClassVar[Mapping[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data that `from_dict` reads back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))  # type: ignore[call-overload]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], source: str = "record") -> Self:
        """Build the record from plain data.

        Raises:
            InvalidData: Names `source` and the field when the data does not fit.
        """
        check(data, cls._schema, source)
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured value.

    Attributes:
        time: Seconds since the epoch.
        host: Inventory name of the device that it was measured on.
        interface: Interface name; empty for a value of the whole device.
        metric: Name with its unit at the end, as `if_in_octets` or `probe_rtt_s`.
        value: The value in the metric's unit.
    """

    time: float
    host: str
    interface: str
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class ProbeBin:
    """What probing one link gave in one short interval; both directions.

    Attributes:
        time: End of the interval, seconds since the epoch.
        link: Name of the link, as `r1:r3`.
        sent: Packets sent by the first end, towards the second.
        lost_forward: Of these, packets that never reached the second end.
        returned: Packets that the second end sent back.
        lost_backward: Of these, packets that never came back to the first end.
        rtt_s: Mean round-trip time in seconds; 0 when nothing came back.
    """

    time: float
    link: str
    sent: int
    lost_forward: int
    returned: int
    lost_backward: int
    rtt_s: float


@dataclass(frozen=True)
class Event(_Record):
    """Something that happened, as a device told it or as a check found it.

    Attributes:
        id: Unique name; the same event told twice has the same one.
        time: Seconds since the epoch.
        kind: What happened, in dotted words from the general on, as `trap.link_down`,
            `syslog.ospf` or `sla.loss`.
        host: Inventory name of the device that it happened on, or who told of it.
        interface: Interface or link; empty for the whole device.
        severity: `info`, `warning`, `error` or `critical`.
        text: One line for people; what a device wrote is data, never a template.
        details: Plain values by name.
    """

    _schema = _object(
        id=_STRING,
        time=_NUMBER,
        kind={"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", "maxLength": 64},
        host={"type": "string", "minLength": 1, "maxLength": 255},
        interface={"type": "string", "maxLength": 255},
        severity={"enum": ["info", "warning", "error", "critical"]},
        text={"type": "string", "maxLength": 2000},
        details=_OBJECT,
    )

    id: str
    time: float
    kind: str
    host: str
    interface: str
    severity: Severity
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prediction(_Record):
    """What is about to happen to a target, written down before anybody acts on it.

    Attributes:
        id: Unique name.
        kind: `link_failure` (will fail within `horizon_s`) or `link_recovery` (stays healthy).
        target: Name of the link.
        probability: Calibrated, 0 to 1.
        lead_time_s: Expected seconds until the event; None when not estimated.
        horizon_s: Seconds within which the event is to happen.
        evidence: Feature or detector name to value, for people and for grading.
        model: Name and version of the model.
        made_at: Seconds since the epoch.
    """

    _schema = _object(
        id=_STRING,
        kind={"enum": ["link_failure", "link_recovery"]},
        target=_STRING,
        probability={"type": "number", "minimum": 0, "maximum": 1},
        lead_time_s={"type": ["number", "null"]},
        horizon_s=_NUMBER,
        evidence=_OBJECT,
        model=_STRING,
        made_at=_NUMBER,
    )

    id: str
    kind: PredictionKind
    target: str
    probability: float
    lead_time_s: float | None
    horizon_s: float
    evidence: Mapping[str, Any]
    model: str
    made_at: float


@dataclass(frozen=True)
class Plan(_Record):
    """A change that is meant: what, where, why, what is expected, how to check and undo it.

    Attributes:
        id: Unique name.
        playbook: Name of the playbook without its ending, as `drain_link`.
        limit: Inventory names of the devices that it writes to.
        variables: What the playbook is given, by way of a file.
        reason: One sentence for people.
        prediction: Identifier of the prediction behind it; None when a person asked.
        expected: Expected utilisation (0 to 1) by direction, as `r1>r2`, once it is done.
        checks: Names of the checks that must hold afterwards.
        undo: Name of the playbook that takes it back.
        expires: Seconds since the epoch after which it may no longer be applied.
    """

    _schema = _object(
        id=_STRING,
        playbook={"type": "string", "pattern": "^[a-z][a-z_]*$"},
        limit=_STRINGS,
        variables=_OBJECT,
        reason=_STRING,
        prediction={"type": ["string", "null"]},
        expected=_OBJECT,
        checks=_STRINGS,
        undo=_STRING,
        expires=_NUMBER,
    )

    id: str
    playbook: str
    limit: tuple[str, ...]
    variables: Mapping[str, Any]
    reason: str
    prediction: str | None
    expected: Mapping[str, float]
    checks: tuple[str, ...]
    undo: str
    expires: float

    def __post_init__(self) -> None:
        """Hold lists that came from JSON as tuples."""
        object.__setattr__(self, "limit", tuple(self.limit))
        object.__setattr__(self, "checks", tuple(self.checks))

    @property
    def hash(self) -> str:
        """Return the sha256 of what would be done, hexadecimal; approvals bind to it."""
        meant = {"playbook": self.playbook, "limit": self.limit, "variables": self.variables}
        return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Outcome(_Record):
    """What became of a plan.

    Attributes:
        plan: Identifier of the plan.
        state: `verified`, `undone` (a check failed and it was taken back), `failed`,
            `unreachable`, `refused` (never begun) or `check` (a dry run).
        hosts: Per device: {"status": HostStatus, "message": str}.
        before: State of the target before, as the playbook reported it.
        after: The same afterwards.
        started_at: Seconds since the epoch.
        ended_at: Seconds since the epoch.
        run: Name of the run that did it: Airflow's run id, or `cli`.
        message: One sentence for people.
    """

    _schema = _object(
        plan=_STRING,
        state=_STATES,
        hosts=_OBJECT,
        before=_OBJECT,
        after=_OBJECT,
        started_at=_NUMBER,
        ended_at=_NUMBER,
        run=_STRING,
        message={"type": "string"},
    )

    plan: str
    state: OutcomeState
    hosts: Mapping[str, Mapping[str, Any]]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    started_at: float
    ended_at: float
    run: str
    message: str = field(default="")
