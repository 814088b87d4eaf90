"""What the operator lets pass: `change_policy` in the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forerunner.errors import InvalidData
from forerunner.gate.windows import DAYS, Freeze, Maintenance
from forerunner.schema import check

SOURCE = "change_policy"
_ENTRANCES = {"type": "array", "items": {"enum": ["cli", "airflow", "prediction", "git"]}}
_PLAYBOOKS = {"type": "array", "items": {"type": "string", "pattern": "^[a-z][a-z_]*$"}}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
_SECONDS = {"type": "number", "minimum": 0, "maximum": 86_400}
_TEXT = {"type": "string", "minLength": 1}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$"}
_TIME = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}
_DAYS = {"type": "array", "items": {"enum": list(DAYS)}, "minItems": 1}


def _object(**properties: Any) -> dict[str, Any]:
    required = list(properties)
    rest = {"required": required, "additionalProperties": False}
    return {"type": "object", "properties": properties, **rest}


_FREEZE = {"type": "array", "items": _object(start=_DATE, end=_DATE, reason=_TEXT)}
_MAINTENANCE = {"type": "array", "items": _object(days=_DAYS, start=_TIME, end=_TIME)}
_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "maximum_devices": _COUNT,
    "maximum_load_mbit_s": {"type": ["number", "null"], "minimum": 0},
    "unknown_load": {"enum": ["allow", "refuse"]},
    "timezone": _TEXT,
    "freezes": _FREEZE,
    "maintenance_windows": _MAINTENANCE,
    "windows_bind": _ENTRANCES,
    "approval_entrances": _ENTRANCES,
    "approval_playbooks": _PLAYBOOKS,
    "approval_by_another": {"type": "boolean"},
    "automated_acts": _COUNT,
    "automated_period_s": _SECONDS,
    "breaker_failures": _COUNT,
    "breaker_cooldown_s": _SECONDS,
    "lease_wait_s": _SECONDS,
    "begin_s": _SECONDS,
    "restore_s": _SECONDS,
}


@dataclass(frozen=True)
class GatePolicy:
    """What may pass the gate; every field stands in the inventory.

    Attributes:
        maximum_devices: Devices that one change may write to.
        maximum_load_mbit_s: Mbit/s that they, or the link, may carry; None for no limit.
        unknown_load: Whether a change whose load is not known is `allow`ed or `refuse`d.
        timezone: IANA name of the zone that the times below are in.
        freezes: Times in which nothing changes.
        maintenance_windows: Times in which changes are made; none means at any time.
        windows_bind: Entrances that keep to both.
        approval_entrances: Entrances whose every change needs an approval.
        approval_playbooks: Playbooks that need one, however they were started.
        approval_by_another: Whether who asks may not approve.
        automated_acts: Automated changes in `automated_period_s` seconds at the most.
        automated_period_s: See there.
        breaker_failures: Automated changes that failed one after the other before a pause.
        breaker_cooldown_s: Seconds of that pause, after which one is tried.
        lease_wait_s: Seconds that a change waits for devices that another holds.
        begin_s: Seconds within which an admitted change must have begun to write.
        restore_s: Seconds that a device takes to restore itself once its timer has run out.
    """

    maximum_devices: int
    maximum_load_mbit_s: float | None
    unknown_load: str
    timezone: str
    freezes: tuple[Freeze, ...]
    maintenance_windows: tuple[Maintenance, ...]
    windows_bind: tuple[str, ...]
    approval_entrances: tuple[str, ...]
    approval_playbooks: tuple[str, ...]
    approval_by_another: bool
    automated_acts: int
    automated_period_s: float
    breaker_failures: int
    breaker_cooldown_s: float
    lease_wait_s: float
    begin_s: float
    restore_s: float

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone."""
        return ZoneInfo(self.timezone)

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str = SOURCE) -> Self:
        """Build the policy from the inventory's plain data.

        Raises:
            InvalidData: Names `source`, the field and what it may be.
        """
        known = [each.name for each in fields(cls)]
        for name in data if isinstance(data, Mapping) else ():
            if name not in known:
                problem = f"is no field of a policy; there are {', '.join(known)}"
                raise InvalidData(source, str(name), problem)
        check(data, {"type": "object", "properties": _PROPERTIES, "required": known}, source)
        _check_zone(data["timezone"], source)
        plain: dict[str, Any] = {
            name: tuple(x) if isinstance(x, list) else x for name, x in data.items()
        }
        plain["freezes"] = tuple(
            Freeze.from_data(each, f"{source}: freezes[{i}]")
            for i, each in enumerate(data["freezes"])
        )
        plain["maintenance_windows"] = tuple(
            Maintenance.from_data(each) for each in data["maintenance_windows"]
        )
        return cls(**plain)


def _check_zone(name: str, source: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"{name!r} is no IANA time zone; write one as Europe/Berlin or UTC"
        raise InvalidData(source, "timezone", problem) from None
