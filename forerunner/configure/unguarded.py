"""Changing a device that has no timer: it is put back only as long as the controller lives."""

from collections.abc import Callable

from forerunner.configure.passes import Spoken, bring
from forerunner.configure.survey import Seen
from forerunner.dialects import dialect
from forerunner.dialects.redaction import hide
from forerunner.fleet import DeviceResult, Session


async def change(session: Session, seen: Seen, permit: Callable[[], None]) -> DeviceResult:
    """Apply, read back, and bring the device back where it is not as it was meant."""
    name, speech = session.device.name, dialect(session.device.platform)
    device = Spoken(name, speech, session)
    brought = await bring(device, seen.running, seen.target, permit)
    if not brought.problem:
        diff = hide(speech.differences(seen.running, brought.now))
        data = {"diff": diff, "drained": list(seen.drained)}
        return DeviceResult("changed", f"{name}: changed and read back{seen.note}", data)
    back = await bring(device, brought.now, seen.running, permit)
    left = "; put back" if not back.problem else f"; and it could NOT be put back: {back.problem}"
    diff = hide(speech.differences(seen.running, back.now))
    message = hide(f"{name}: {brought.problem}{left}")
    return DeviceResult("failed", message, {"diff": diff, "drained": list(seen.drained)})
