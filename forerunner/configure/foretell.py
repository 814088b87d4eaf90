"""What a device would run after a change: tried on a shadow of it, or compared by its vendor's own.

The passes that configure a device run on its shadow, so that what is foretold is what is done.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from forerunner.configure import vendor
from forerunner.configure.passes import Spoken, bring
from forerunner.dialects import dialect
from forerunner.dialects.frr import parse
from forerunner.dialects.redaction import hide
from forerunner.fleet import Device, Session
from forerunner.fleet.door import with_napalm
from forerunner.shadow import SHOW_LIKENESS, Likeness, likeness, open_shadow

SHADOWED = frozenset({"frr"})
"""Platforms that there are shadows of; the others are asked to compare by themselves."""


@dataclass(frozen=True)
class Seen:
    """What a device is and runs.

    Attributes:
        running: Its running configuration, noise masked.
        like: What a shadow must share with it beside that.
    """

    running: str
    like: Likeness


@dataclass(frozen=True)
class Foretold:
    """What a change would do to one device.

    Attributes:
        running: What it runs now.
        text: What it is to run: the intended text, with drained links left so.
        diff: How what it would run differs from what it runs, secrets hidden; empty: not at all.
        notes: What people should know, in no order.
        problem: Why it must not be done; empty when it may.
    """

    running: str
    text: str
    diff: str = ""
    notes: tuple[str, ...] = field(default=())
    problem: str = ""


async def look(session: Session) -> Seen:
    """Read what a shadow is made from.

    Raises:
        Rejected: What the device answers is no whole configuration.
        UnlikeDevice: It has what no shadow has.
    """
    device = session.device
    running = await Spoken(device.name, dialect(device.platform), session).read()
    return Seen(running, likeness(device.name, await session.execute(SHOW_LIKENESS)))


async def on_shadow(device: Device, seen: Seen, intended: str) -> Foretold:
    """Try a change on a shadow and return what came of it.

    Raises:
        ShadowError: There is no shadow of the device to try it on.
        Unreachable: The shadow did not answer.
    """
    speech = dialect(device.platform)
    if wrong := speech.misread(intended):
        told = f"it would take {'; '.join(map(hide, wrong))} as something else"
        return Foretold(seen.running, intended, problem=told)
    text, drained = speech.keep_drained(seen.running, intended)
    notes = _notes(seen, text, drained)
    if not speech.differences(seen.running, text):
        return Foretold(seen.running, text, notes=notes)
    async with open_shadow(device, seen.like, seen.running) as shadow:
        spoken = Spoken(device.name, speech, shadow)
        brought = await bring(spoken, seen.running, text, lambda: None)
    diff = hide(speech.differences(seen.running, brought.now))
    return Foretold(seen.running, text, diff, notes, hide(brought.problem))


async def by_vendor(device: Device, intended: str, timeout_s: float) -> Foretold:
    """Let a device compare a configuration with what it runs, through its NAPALM driver.

    Raises:
        NoDoor: NAPALM has no driver for the platform, or is not installed.
        Rejected: The device does not take the configuration; the message holds what it said.
        Unreachable: No session.
    """

    def compare(driver: Any) -> tuple[str, str]:
        running = vendor.read_running(device, driver)
        diff = vendor.load(device, driver, intended, uuid.uuid4().hex[:12])
        # Only now: to discard what was not loaded could discard what somebody else has loaded.
        driver.discard_config()
        return running, diff

    running, diff = await with_napalm(device, compare, timeout_s)
    return Foretold(running, intended, hide(diff.strip("\n")))


def _notes(seen: Seen, text: str, drained: tuple[str, ...]) -> tuple[str, ...]:
    have = {each.name for each in seen.like.interfaces}
    heads = (path[0] for path in parse(text) if len(path) == 1)
    named = {head.removeprefix("interface ") for head in heads if head.startswith("interface ")}
    notes = [f"drained and left so: {', '.join(drained)}"] if drained else []
    if strange := sorted(named - have):
        notes.append(f"it has no interface {', '.join(strange)}")
    return tuple(notes)
