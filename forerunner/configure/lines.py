"""Pushing some lines to many devices at once: what is missing is added, nothing is taken away.

For platforms whose shell the fleet engine speaks and that have no guard: a device is put back only
as long as the controller lives. Each is read, written to, read back and saved in one session.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from forerunner.configure.guarded import Permit
from forerunner.configure.operation import Configuration
from forerunner.configure.passes import Spoken, bring
from forerunner.configure.saving import not_saved
from forerunner.configure.survey import hidden
from forerunner.dialects import config_tree, dialect
from forerunner.dialects.indented import Indented
from forerunner.dialects.redaction import hide
from forerunner.errors import InvalidData
from forerunner.fleet import Device, DeviceResult, Rejected, Session, run
from forerunner.fleet.speech import shell

_MOST_CHARACTERS = 1_000_000
# Without a reading after a write nobody can tell what to put back.
_READINGS = 2


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
    foreign = {name: x for name, each in devices.items() if (x := _foreign(each, text))}
    chosen = [each for name, each in devices.items() if name not in foreign]

    async def work(session: Session) -> DeviceResult:
        return await _Push(session, text, terms).run()

    pushed = run(chosen, work, terms.concurrency, terms.timeout_s)
    results = foreign | {name: hidden(each) for name, each in pushed.items()}
    return Configuration({name: results[name] for name in devices}, terms.check)


def _foreign(device: Device, text: str) -> DeviceResult | None:
    if shell(device.platform) is None:
        how = "configure it from the inventory, or by a plan: it would be guarded then"
        problem = f"it is a {device.platform}; {how}"
    elif unseen := _unseen(device.platform, text):
        problem = f"{unseen} lines of these do not show in what it runs, so nobody could tell"
    else:
        return None
    return DeviceResult("failed", f"{device.name}: not touched: {problem}")


def _unseen(platform: str, text: str) -> int:
    """Return how many lines a comparison leaves out: as `no shutdown`, or what is shown hashed."""
    speech = _indented(platform)
    whole = replace(speech.grammar, implied=(), ignored=())
    return len(config_tree.parse(text, whole)) - len(speech.parse(text))


def _indented(platform: str) -> Indented:
    speech = dialect(platform)
    assert isinstance(speech, Indented)  # noqa: S101 - all that have a shell are
    return speech


class _Push:
    """The lines on one device."""

    def __init__(self, session: Session, text: str, terms: PushTerms) -> None:
        self._name, self._session, self._terms = session.device.name, session, terms
        speech = _indented(session.device.platform)
        self._speech, self._wanted = speech, speech.parse(text)
        self._spoken = Spoken(self._name, speech, session)

    async def run(self) -> DeviceResult:
        """Read, add what is missing, and return what became of the device."""
        running = await self._spoken.read()
        # Parsing takes as long as all that is said to the device: each text is parsed once.
        have = self._speech.parse(running)
        lacking = config_tree.missing(self._wanted, have)
        if not lacking:
            return DeviceResult("ok", f"{self._name}: has them all", {"diff": ""})
        if self._terms.check:
            shown = hide(config_tree.difference({}, lacking))
            return DeviceResult("changed", f"{self._name}: would change", {"diff": shown})
        return await self._written(running, have, lacking)

    async def _written(
        self, running: str, have: config_tree.Paths, lacking: config_tree.Paths
    ) -> DeviceResult:
        going = config_tree.missing(have, self._wanted)
        problem = await self._say(config_tree.commands(lacking, (), self._speech.grammar, going))
        now = await self._read_back()
        got = self._speech.parse(now)
        left = config_tree.missing(self._wanted, got)
        if left and not problem:
            # Not in a sentence: how a secret is told depends on the line that it stands in.
            problem = f"it took every line, but lacks:\n{config_tree.difference({}, left)}\n"
        if problem:
            return await self._put_back(running, now, problem)
        diff = {"diff": hide(config_tree.difference(have, got))}
        if problem := await not_saved(self._session):
            message = f"{self._name}: pushed, but NOT saved for the next start: {problem}"
            return DeviceResult("failed", hide(message), diff)
        return DeviceResult("changed", f"{self._name}: pushed, read back and saved", diff)

    async def _read_back(self) -> str:
        problem = ""
        for _ in range(_READINGS):
            try:
                return await self._spoken.read()
            except Rejected as error:
                problem = error.problem
        told = f"it was written to, and cannot be read since: {problem}; look at it"
        raise Rejected(self._name, told)

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
