"""Saving what a device runs to its start-up configuration, once the change of it stands."""

from collections.abc import Mapping

from forerunner.configure.terms import Terms
from forerunner.dialects import dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult, Session, run_async


async def saved(
    devices: Mapping[str, Device], results: Mapping[str, DeviceResult], terms: Terms
) -> dict[str, DeviceResult]:
    """Save where it is due, and return the results; one that could not be saved has failed.

    A device with a drained link is not saved: a drain is nobody's intent, and a reboot long after
    the link's return would bring it back.

    Args:
        devices: By inventory name.
        results: What became of the change of each.
        terms: When to save, and who permits it.
    """
    due = {name: each for name, each in results.items() if _is_due(each, terms)}

    async def work(session: Session) -> DeviceResult:
        return await _saved(session, due[session.device.name], terms)

    chosen = [devices[name] for name in due if dialect(devices[name].platform).SAVE]
    done = await run_async(chosen, work, terms.concurrency, terms.timeout_s)
    kept = {name: _or_failed(due[name], each) for name, each in done.items()}
    return {**results, **kept}


def _is_due(result: DeviceResult, terms: Terms) -> bool:
    wanted = ("changed",) if terms.save_when == "changed" else ("changed", "ok")
    return terms.save_when != "never" and result.status in wanted


async def _saved(session: Session, result: DeviceResult, terms: Terms) -> DeviceResult:
    name, speech = session.device.name, dialect(session.device.platform)
    if drained := result.data.get("drained"):
        told = f"; not saved for a reboot while {', '.join(drained)} is drained"
        return DeviceResult(result.status, result.message + told, result.data)
    try:
        terms.permit(name)
        said = await session.execute(speech.SAVE)
    except ForerunnerError as error:
        return DeviceResult("failed", str(error))
    if speech.SAVED not in said:
        return DeviceResult("failed", f"{speech.SAVE!r} was answered with {said.strip()[-200:]!r}")
    return result


def _or_failed(result: DeviceResult, done: DeviceResult) -> DeviceResult:
    """Return the result of saving; one that failed says that the change stands all the same."""
    if done.succeeded:
        return done
    problem = "; NOT saved, a reboot would take it back: free what is in the way and run it again"
    told = hide(f"{result.message}{problem} with device_config_save_when=always: {done.message}")
    return DeviceResult("failed", told, result.data)
