"""What NAPALM's drivers do each in their own way: read, load a candidate, time a commit.

What is written here was read in the drivers' sources; `eos` and `junos` were tried, on simulated
devices.
"""

import math
import re
from typing import Any

from forerunner.configure.passes import PASSES
from forerunner.dialects import DialectError, UnknownPlatform, dialect
from forerunner.dialects.noise import without_noise
from forerunner.fleet import Device, Rejected

TIMER_STEPS_S = {"eos": 1, "ios": 60, "junos": 60}
"""Platforms whose driver can commit for a while (`revert_in`), to the seconds that it counts in."""

# Drivers that hand out their candidate whole, so that it can be compared before it is committed.
_SHOW_CANDIDATE = frozenset({"eos", "junos"})
# Junos's dialect reads and writes `set` lines.
_READING = {"junos": {"format": "set"}}
_OURS = "forerunner_"
_LEFT_OVER = re.compile(rf"\b{_OURS}\w+(?=.*\bpending)")


def revert_in(platform: str, seconds: float) -> int | None:
    """Return a timer as the platform's driver takes it, rounded up; None where it has none."""
    step = TIMER_STEPS_S.get(platform)
    return math.ceil(seconds / step) * step if step else None


def read_running(device: Device, driver: Any) -> str:
    """Return what a device runs, noise masked, as its driver reads it.

    Raises:
        Rejected: What the device answers is no whole configuration.
    """
    return _read(device, driver, "running")


def put_away(device: Device, driver: Any) -> None:
    """Have a device forget what a dead run of ours left uncommitted or unconfirmed.

    Only EOS's sessions have a name to be told by; what another platform's timer holds is refused
    until it has ended.
    """
    if device.platform != "eos":
        return
    asked = "show configuration sessions"
    for name in _LEFT_OVER.findall(str(driver.cli([asked])[asked])):
        driver.cli([f"configure session {name} abort"])


def load(device: Device, driver: Any, target: str, name: str) -> str:
    """Load what a device is to run as its candidate, and return its own comparison.

    Args:
        device: The device.
        driver: Its open driver.
        target: The whole configuration that it is to run.
        name: Of the change; told to the device where it takes a name.

    Raises:
        Rejected: The candidate is not what was meant: a line was not taken, or as another one.
    """
    if device.platform == "eos":
        driver.config_session = _OURS + name
    if device.platform == "junos":
        _merge(device, driver, target)
    else:
        driver.load_replace_candidate(config=target)
    if device.platform in _SHOW_CANDIDATE:
        _check_candidate(device, driver, target)
    return str(driver.compare_config())


def _merge(device: Device, driver: Any, target: str) -> None:
    """Bring a candidate to a target in passes, for a driver that replaces by braces alone."""
    speech = dialect(device.platform)
    for _ in range(PASSES):
        commands = speech.changes(_read(device, driver, "candidate"), target)
        if not commands:
            break
        driver.load_merge_candidate(config="\n".join(commands) + "\n")


def _check_candidate(device: Device, driver: Any, target: str) -> None:
    taken = _read(device, driver, "candidate")
    if wrong := dialect(device.platform).differences(taken, target):
        driver.discard_config()
        raise Rejected(device.name, f"its candidate is not what was meant:\n{wrong}")


def _read(device: Device, driver: Any, which: str) -> str:
    answer = driver.get_config(retrieve=which, **_READING.get(device.platform, {}))[which]
    try:
        return dialect(device.platform).running_config(str(answer))
    except UnknownPlatform:
        return without_noise(device.platform, str(answer))
    except DialectError as error:
        raise Rejected(device.name, str(error)) from error
