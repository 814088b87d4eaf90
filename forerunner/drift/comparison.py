"""Comparing what many devices run with what is meant for them; nothing is written anywhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forerunner.configure.plan import Candidate
from forerunner.dialects import DialectError, dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult, Session, run
from forerunner.fleet.device import ResultStatus

State = Literal["in line", "drifted", "unreachable", "failed"]
Intent = Callable[[Device], str]
"""Gives the whole configuration that is meant for a device."""

_SHOWN_LINES = 40
_RESULTS: Mapping[State, ResultStatus] = {
    "in line": "ok",
    "drifted": "failed",
    "unreachable": "unreachable",
    "failed": "failed",
}


@dataclass(frozen=True)
class Drift:
    """How one device stands.

    Attributes:
        state: `failed` when nobody can say: it is not known what is meant, or what runs.
        message: For people.
        difference: What differs by meaning, `-` before what runs and is not meant; secrets hidden.
        drained: Interfaces that a drain has emptied, which is no drift.
        candidate: What would bring a drifted device back; it holds secrets.
    """

    state: State
    message: str
    difference: str = ""
    drained: tuple[str, ...] = ()
    candidate: Candidate | None = None

    @property
    def result(self) -> DeviceResult:
        """Return what Ansible reports of the device: a drifted one fails, reading changes none."""
        return DeviceResult(_RESULTS[self.state], self.message)


def check_drift(devices: Mapping[str, Device], intent: Intent, **limits: Any) -> dict[str, Drift]:
    """Return how each device stands, in their order.

    Args:
        devices: By inventory name.
        intent: What is meant; where it raises, that device alone fails.
        limits: `concurrency` and `timeout` of `fleet.run`.
    """
    meant = {name: _meant(device, intent) for name, device in devices.items()}
    asked = [device for name, device in devices.items() if isinstance(meant[name], str)]

    async def work(session: Session) -> DeviceResult:
        drift = await _compare(session, str(meant[session.device.name]))
        return DeviceResult("ok", data={"drift": drift})

    results = run(asked, work, **limits)
    return {
        name: each if isinstance(each, Drift) else _drift(results[name])
        for name, each in meant.items()
    }


def _meant(device: Device, intent: Intent) -> str | Drift:
    try:
        target = intent(device)
        wrong = dialect(device.platform).misread(target)
    except ForerunnerError as error:
        return Drift("failed", hide(f"{device.name}: {error}"))
    if wrong:
        problem = f"it would take {'; '.join(wrong)} as something else; mend template or inventory"
        return Drift("failed", hide(f"{device.name}: {problem}"))
    return target


def _drift(result: DeviceResult) -> Drift:
    found = result.data.get("drift")
    if isinstance(found, Drift):
        return found
    return Drift("unreachable" if result.status == "unreachable" else "failed", result.message)


async def _compare(session: Session, target: str) -> Drift:
    speech, name = dialect(session.device.platform), session.device.name
    answer = await session.execute_once(speech.SHOW_RUNNING_CONFIG)
    try:
        running = speech.running_config(answer)
    except DialectError as error:
        return Drift("failed", hide(f"{name}: {error}"))
    target, drained = speech.keep_drained(running, target)
    note = f"; drained, which is no drift: {', '.join(drained)}" if drained else ""
    difference = speech.differences(running, target)
    if not difference:
        return Drift("in line", f"{name}: in line with what is meant{note}", drained=drained)
    # Each whole text is rid of its secrets: in a difference the section's head may be missing.
    shown = speech.differences(hide(running), hide(target)) or hide(difference)
    message = f"{name}: drifted from what is meant{note}\n{_shortened(shown)}"
    return Drift("drifted", message, shown, drained, Candidate(running, target))


def _shortened(text: str) -> str:
    lines = text.splitlines()
    more = len(lines) - _SHOWN_LINES
    if more <= 0:
        return text
    return "\n".join([*lines[:_SHOWN_LINES], f"... and {more} more lines; see the report"])
