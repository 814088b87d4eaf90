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
    due = {name: each for name, each in results.items() if _is_due(name, each, devices, terms)}
    drained = {name: _told(each) for name, each in due.items() if each.data.get("drained")}

    async def work(session: Session) -> DeviceResult:
        return await _saved(session, due[session.device.name], terms)

    chosen = [devices[name] for name in due if name not in drained]
    done = await run_async(chosen, work, terms.concurrency, terms.timeout_s)
    kept = {name: _or_failed(due[name], each) for name, each in done.items()}
    return {**results, **drained, **kept}


def _is_due(name: str, result: DeviceResult, devices: Mapping[str, Device], terms: Terms) -> bool:
    wanted = ("changed",) if terms.save_when == "changed" else ("changed", "ok")
    if terms.save_when == "never" or result.status not in wanted:
        return False
    return bool(dialect(devices[name].platform).SAVE)


def _told(result: DeviceResult) -> DeviceResult:
    """Return the result of a device that is not even asked, for a link of it is drained."""
    told = f"; not saved for a reboot while {', '.join(result.data['drained'])} is drained"
    return DeviceResult(result.status, result.message + told, result.data)


async def _saved(session: Session, result: DeviceResult, terms: Terms) -> DeviceResult:
    try:
        terms.permit(session.device.name)
        problem = await not_saved(session)
    except ForerunnerError as error:
        problem = str(error)
    return DeviceResult("failed", problem) if problem else result


async def not_saved(session: Session) -> str:
    """Save what a device runs for its next start; return what is wrong, empty when it did.

    Raises:
        Rejected: It refuses.
        Unreachable: The session broke off.
    """
    speech = dialect(session.device.platform)
    said = await session.execute(speech.SAVE)
    return "" if speech.SAVED in said else f"{speech.SAVE!r} was answered {said.strip()[-200:]!r}"


def _or_failed(result: DeviceResult, done: DeviceResult) -> DeviceResult:
    """Return the result of saving; one that failed says that the change stands all the same."""
    if done.succeeded:
        return done
    problem = "; NOT saved, a reboot would take it back: free what is in the way and run it again"
    told = hide(f"{result.message}{problem} with device_config_save_when=always: {done.message}")
    return DeviceResult("failed", told, result.data)
