"""Pushing some lines to many devices at once: what is missing is added, nothing is taken away.

For platforms that the fleet engine speaks with itself and that have no guard: a device is put back
only as long as the controller lives. Each is read, written to and read back in one session.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import uvloop

from forerunner.configure.guarded import Permit
from forerunner.configure.operation import Configuration
from forerunner.configure.passes import Spoken, bring
from forerunner.dialects import config_tree, dialect
from forerunner.dialects.indented import Indented
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.fleet import Device, DeviceResult, FleetError, Rejected, Session, run_async

_MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True)
class PushTerms:
    """On what terms lines are pushed.

    Attributes:
        permit: Asked with a device's name just before each write; raises to prevent it.
        check: Say what would be added, and write nothing.
        concurrency: Devices at a time.
        timeout_s: Seconds for one device.
    """

    permit: Permit
    check: bool = False
    concurrency: int = 50
    timeout_s: float = 60.0


def read_lines(file: Path, sha256: str = "") -> str:
    """Return the lines of a file.

    Args:
        file: Its lines as a device takes them; those of a section stand indented below its head.
        sha256: Of its content, as the gate was told; empty when it was not.

    Raises:
        InvalidData: It cannot be read, holds nothing, or is another one by now.
    """
    try:
        content = file.read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidData(str(file), "content", f"cannot be read: {error}") from error
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        raise InvalidData(str(file), "content", "is not what passed the gate any more; run again")
    if not text.strip() or len(text) > _MOST_CHARACTERS or "\0" in text:
        raise InvalidData(str(file), "content", "holds no lines that a device could take")
    return text


def push(devices: Mapping[str, Device], text: str, terms: PushTerms) -> Configuration:
    """Add the lines that each device lacks, and say what became of each.

    Args:
        devices: By inventory name.
        text: The lines.
        terms: On what terms.
    """
    foreign = {name: x for name, each in devices.items() if (x := _foreign(each))}
    chosen = [each for name, each in devices.items() if name not in foreign]

    async def work(session: Session) -> DeviceResult:
        try:
            return await _Push(session, text, terms).run()
        except FleetError:
            raise
        except ForerunnerError as error:
            return DeviceResult("failed", hide(str(error)))

    done = uvloop.run(run_async(chosen, work, terms.concurrency, terms.timeout_s))
    results = {**foreign, **done}
    return Configuration({name: results[name] for name in devices}, terms.check)


def _foreign(device: Device) -> DeviceResult | None:
    if isinstance(dialect(device.platform), Indented):
        return None
    how = "configure it from the inventory, or by a plan: it would be guarded then"
    return DeviceResult("failed", f"{device.name}: not touched: it is a {device.platform}; {how}")


class _Push:
    """The lines on one device."""

    def __init__(self, session: Session, text: str, terms: PushTerms) -> None:
        self._name, self._session, self._terms = session.device.name, session, terms
        speech = dialect(session.device.platform)
        assert isinstance(speech, Indented)  # noqa: S101 - others were turned away
        self._speech, self._wanted = speech, speech.parse(text)
        self._spoken = Spoken(self._name, speech, session)

    async def run(self) -> DeviceResult:
        running = await self._spoken.read()
        # Parsing takes as long as all that is said to the device: each text is parsed once.
        have = self._speech.parse(running)
        lacking = config_tree.missing(self._wanted, have)
        if not lacking:
            return DeviceResult("ok", f"{self._name}: has them all", {"diff": ""})
        if self._terms.check:
            shown = hide("\n".join(f"+ {'  ' * (len(x) - 1)}{x[-1]}" for x in lacking))
            return DeviceResult("changed", f"{self._name}: would change", {"diff": shown})
        going = config_tree.missing(have, self._wanted)
        commands = config_tree.commands(lacking, (), self._speech.grammar, going)
        problem = await self._say(commands)
        now = await self._spoken.read()
        got = self._speech.parse(now)
        left = config_tree.missing(self._wanted, got)
        if left and not problem:
            problem = f"it took every line, but does not have {next(iter(left))[-1]!r}"
        if problem:
            return await self._put_back(running, now, problem)
        diff = hide(config_tree.difference(have, got))
        return DeviceResult("changed", f"{self._name}: pushed and read back", {"diff": diff})

    async def _say(self, commands: list[str]) -> str:
        """Say it, and return what the device has against it; empty when it takes all."""
        self._terms.permit(self._name)
        try:
            await self._session.execute(self._speech.configure(commands))
        except Rejected as error:
            return error.problem
        return ""

    async def _put_back(self, running: str, now: str, problem: str) -> DeviceResult:
        back = await bring(self._spoken, now, running, _always)
        left = f"; and it could NOT be put back: {back.problem}" if back.problem else "; put back"
        diff = hide(self._speech.differences(running, back.now))
        return DeviceResult("failed", hide(f"{self._name}: {problem}{left}"), {"diff": diff})


def _always() -> None:
    """Taking a change back must work while everything is stopped."""
