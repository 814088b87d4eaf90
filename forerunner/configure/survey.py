"""Looking at every device before any is changed: what it runs, and what it is to run."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from forerunner.configure.candidate import look
from forerunner.configure.guard import settle_left_over
from forerunner.configure.intent import Intent
from forerunner.configure.passes import Spoken
from forerunner.configure.terms import Network, Terms
from forerunner.configure.vendor import TIMER_STEPS_S
from forerunner.dialects import UnknownPlatform, dialect
from forerunner.dialects.redaction import hide
from forerunner.fleet import Device, DeviceResult, Session, open_session, run_async, visit_all
from forerunner.fleet.door import with_napalm
from forerunner.fleet.errors import FleetError

# Platforms whose routers have an agent, which can guard a change; to the others NAPALM speaks.
GUARDED = frozenset({"frr"})


@dataclass(frozen=True)
class Seen:
    """A device before it is changed.

    Attributes:
        running: What it runs.
        target: What it is to run.
        diff: How they differ by meaning, secrets included; empty when they do not.
        drained: Interfaces that are drained and left so.
    """

    running: str
    target: str
    diff: str
    drained: tuple[str, ...]

    @property
    def note(self) -> str:
        """Return what is to be said of drained links; empty when there are none."""
        return f"; drained and left so: {', '.join(self.drained)}" if self.drained else ""


@dataclass(frozen=True)
class Survey:
    """What looking at all devices gave.

    Attributes:
        seen: By device, where it could be read.
        failed: By device, where it could not, or must not be changed.
    """

    seen: Mapping[str, Seen]
    failed: Mapping[str, DeviceResult]

    @property
    def differing(self) -> dict[str, Seen]:
        """Return the devices that are to change."""
        return {name: each for name, each in self.seen.items() if each.diff}


def agent_of(device: Device, terms: Terms) -> Device:
    """Return how a device's agent is reached."""
    return dataclasses.replace(device, user="agent", key_file=terms.agent_key_file)


async def survey(devices: Mapping[str, Device], intent: Intent, terms: Terms) -> Survey:
    """Read all devices and compare; what a dead run left unconfirmed is put back first."""
    seen: dict[str, Seen] = {}
    foreign = {name: x for name, each in devices.items() if (x := _foreign(each, terms))}
    spoken = [each for name, each in devices.items() if name not in foreign]

    async def visit(device: Device) -> DeviceResult:
        seen[device.name] = await _look(device, intent, terms)
        return DeviceResult("ok")

    results = await visit_all(spoken, visit, terms.concurrency, terms.timeout_s)
    return Survey(
        {name: seen[name] for name, each in results.items() if each.succeeded},
        {**foreign, **{name: hidden(x) for name, x in results.items() if not x.succeeded}},
    )


def hidden(result: DeviceResult) -> DeviceResult:
    """Return a failure without what a device may have said of its secrets."""
    return dataclasses.replace(result, message=hide(result.message))


def _foreign(device: Device, terms: Terms) -> DeviceResult | None:
    """Return the failure of a device that must not be changed; found before any connection."""
    try:
        dialect(device.platform)
    except UnknownPlatform as error:
        why = f"{error}, and what NAPALM alone can read cannot be compared (docs/apply.md)"
        return DeviceResult("failed", f"{device.name}: nothing was touched: {why}")
    if device.platform in GUARDED or device.platform in TIMER_STEPS_S:
        return None
    if terms.check or terms.allow_unguarded:
        return None
    why = f"a {device.platform} has no timer, and device_config_allow_unguarded is not set"
    return DeviceResult("failed", f"{device.name}: not touched: {why}")


async def neighbours(changing: Collection[str], network: Network, terms: Terms) -> dict[str, str]:
    """Return what the neighbours of changing devices run that are not part of the change.

    Whether one end of a link may change alone depends on what the other end runs.
    """
    ends = [link.ends for link in network.topology.links]
    beside = {name for pair in ends if set(pair) & set(changing) for name in pair}
    devices = [network.others[name] for name in sorted(beside) if name in network.others]
    found: dict[str, str] = {}

    async def work(session: Session) -> DeviceResult:
        device = session.device
        found[device.name] = await Spoken(device.name, dialect(device.platform), session).read()
        return DeviceResult("ok")

    await run_async(devices, work, terms.concurrency, terms.timeout_s)
    return found


async def _look(device: Device, intent: Intent, terms: Terms) -> Seen:
    settle = terms.allow_change and not terms.check
    if settle:
        terms.permit(device.name)
    running = await (_by_agent if device.platform in GUARDED else _by_driver)(device, terms, settle)
    speech = dialect(device.platform)
    wanted = intent.wanted(device.name, running, speech)
    if wrong := speech.misread(wanted.text):
        problem = f"nothing was written: {device.name} would take {'; '.join(wrong)}"
        raise FleetError(device.name, f"{problem} as something else")
    return Seen(running, wanted.text, speech.differences(running, wanted.text), wanted.drained)


async def _by_agent(device: Device, terms: Terms, settle: bool) -> str:
    async with open_session(device, terms.timeout_s) as session:
        if settle:
            await settle_left_over(agent_of(device, terms))
        return await Spoken(device.name, dialect(device.platform), session).read()


async def _by_driver(device: Device, terms: Terms, settle: bool) -> str:
    """Read a device as its plan was made: through its NAPALM driver."""
    reading = await with_napalm(device, partial(look, device, settle), terms.timeout_s)
    return reading.running
