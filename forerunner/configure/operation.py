"""Bringing many devices to the configuration that the inventory means for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forerunner.configure.passes import Spoken, bring
from forerunner.dialects import dialect
from forerunner.fleet import Device, DeviceResult, Session, run


@dataclass(frozen=True)
class Configuration:
    """What a run gave.

    Attributes:
        hosts: What became of each device; its data holds `diff` and `drained`.
        check: Whether nothing was written.
    """

    hosts: Mapping[str, DeviceResult]
    check: bool = False
    diff: list[dict[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether a device's configuration differs afterwards (or would)."""
        return any(result.data.get("diff") for result in self.hosts.values())


def configure(
    devices: Mapping[str, Device],
    intended: Mapping[str, str],
    allow_change: bool,
    check: bool = False,
    **limits: Any,
) -> Configuration:
    """Bring every device to its intended configuration, and say what became of each.

    A drained link stays drained: its cost is an operation's, not the inventory's, and goes back
    by `undrain_link`. The device's message says so.

    Args:
        devices: By inventory name.
        intended: Whole configuration by device.
        allow_change: Write; without it a device that differs fails.
        check: Say what would change, and write nothing.
        limits: `concurrency` and `timeout` of `fleet.run`.
    """

    async def work(session: Session) -> DeviceResult:
        return await _configure(session, intended[session.device.name], allow_change, check)

    results = run(devices.values(), work, **limits)
    return Configuration(results, check, _prepared(results))


def _prepared(results: Mapping[str, DeviceResult]) -> list[dict[str, str]]:
    """Return the differences as Ansible shows them."""
    return [
        {"prepared": f"--- {name} running\n+++ {name} intended\n{result.data['diff']}\n"}
        for name, result in results.items()
        if result.data.get("diff")
    ]


async def _configure(
    session: Session, target: str, allow_change: bool, check: bool
) -> DeviceResult:
    speech, name = dialect(session.device.platform), session.device.name
    if wrong := speech.misread(target):
        problem = f"nothing was written: {name} would take {'; '.join(wrong)} as something else"
        return DeviceResult("failed", f"{name}: {problem}")
    spoken = Spoken(name, speech, session)
    running = await spoken.read()
    target, drained = speech.keep_drained(running, target)
    note = f"; drained and left so: {', '.join(drained)}" if drained else ""
    diff = speech.differences(running, target)
    data = {"diff": diff, "drained": list(drained)}
    if not diff:
        return DeviceResult("ok", f"{name}: as intended{note}", data)
    if check:
        return DeviceResult("changed", f"{name}: would change{note}", data)
    if not allow_change:
        problem = f"{name}: differs, and device_config_allow_change is not set{note}"
        return DeviceResult("failed", problem, {**data, "diff": ""})
    return await _apply(spoken, running, target, note)


async def _apply(device: Spoken, before: str, target: str, note: str) -> DeviceResult:
    """Apply and read back; what was written counts, whatever comes out."""
    name = device.name
    brought = await bring(device, before, target, lambda: None)
    data = {"diff": device.speech.differences(before, brought.now)}
    if brought.problem:
        return DeviceResult("failed", f"{name}: {brought.problem}{note}", data)
    return DeviceResult("changed", f"{name}: changed and read back{note}", data)
