"""Adopting many devices: read each, understand it, prove that it comes out the same, write."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

from forerunner.adopt import files, frr, links
from forerunner.dialects import DialectError, dialect
from forerunner.dialects.redaction import hide
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device, DeviceResult, Session, run
from forerunner.render import intended

# Platforms whose configuration can be read back into the model.
READERS = {"frr": frr.sections}


@dataclass(frozen=True)
class Terms:
    """On what terms devices are adopted.

    Attributes:
        check: Write nothing.
        allow_partial: Write what was understood even if the device runs more than that.
        allow_overwrite: Replace a file that says something else.
    """

    check: bool = False
    allow_partial: bool = False
    allow_overwrite: bool = False


@dataclass(frozen=True)
class Adoption:
    """What a run gave.

    Attributes:
        hosts: What became of each device.
        diff: What differs from the inventory's files, as Ansible shows it.
    """

    hosts: Mapping[str, DeviceResult]
    diff: list[dict[str, str]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether a file was written, or would be."""
        return any(result.status == "changed" for result in self.hosts.values())


def adopt(devices: Mapping[str, Device], directory: Path, terms: Terms, **limits: Any) -> Adoption:
    """Read the running configuration of devices and write the inventory that says the same.

    Args:
        devices: By inventory name.
        directory: The inventory that is written.
        terms: Dry run and consents.
        limits: `concurrency` and `timeout` of `fleet.run`.
    """
    fetched = run(devices.values(), _fetch, **limits)
    running = {name: str(each.data["config"]) for name, each in fetched.items() if each.succeeded}
    platforms = {name: device.platform for name, device in devices.items()}
    judged = {**fetched, **understand(running, platforms, terms.allow_partial)}
    return write(judged, directory, terms)


async def _fetch(session: Session) -> DeviceResult:
    name, platform = session.device.name, session.device.platform
    if platform not in READERS:
        known = ", ".join(READERS)
        problem = f"{name}: {platform} cannot be read back into the model; {known} can"
        return DeviceResult("failed", problem)
    speech = dialect(platform)
    answer = await session.execute(speech.SHOW_RUNNING_CONFIG)
    try:
        return DeviceResult("ok", data={"config": speech.running_config(answer)})
    except DialectError as error:
        return DeviceResult("failed", hide(f"{name}: {error}"))


def understand(
    running: Mapping[str, str], platforms: Mapping[str, str], allow_partial: bool
) -> dict[str, DeviceResult]:
    """Return, by device, its variables as `data['variables']`, proven to come out the same.

    Args:
        running: Running configuration by device.
        platforms: Platform by device.
        allow_partial: Succeed although the device runs more than the model holds.
    """
    read = {name: READERS[platforms[name]](text) for name, text in running.items()}
    links.connect({name: sections for name, (sections, _) in read.items()})
    results = {}
    for name, (sections, left) in read.items():
        variables = {"intent_platform": platforms[name]}
        variables |= {f"intent_{section}": value for section, value in sections.items()}
        problem = _unproven(name, variables, running[name], left)
        data = {"variables": variables}
        results[name] = DeviceResult("failed" if problem else "ok", problem, data)
        if problem and allow_partial:
            results[name] = DeviceResult("ok", f"in part: {problem}", data)
    return results


def _unproven(name: str, variables: Mapping[str, Any], running: str, left: list[str]) -> str:
    """Return why a device's variables do not say what it runs; empty when they do."""
    if left:
        return hide(f"{name}: the model has no place for: {'; '.join(left)}")
    try:
        rendered = intended(name, variables)
    except ForerunnerError as error:
        return str(error)
    differs = dialect(variables["intent_platform"]).differences(running, rendered)
    return hide(f"{name}: what it runs would come out otherwise:\n{differs}") if differs else ""


def write(judged: Mapping[str, DeviceResult], directory: Path, terms: Terms) -> Adoption:
    """Write the files of the devices that were understood; keep those that say something else."""
    hosts: dict[str, DeviceResult] = {}
    diff = []
    for name, result in judged.items():
        hosts[name] = result
        if result.succeeded:
            text = files.intent_text(result.data["variables"], f"Imported from {name}.")
            path = files.intent_file(directory, name)
            hosts[name] = _written(result, path, text, terms)
            if hosts[name].status == "changed":
                diff.append({"prepared": _difference(path, text)})
                if not terms.check:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
    if not terms.check and any(result.succeeded for result in hosts.values()):
        files.write_hosts(directory, [name for name in hosts if hosts[name].succeeded])
    return Adoption(hosts, diff)


def _written(result: DeviceResult, path: Path, text: str, terms: Terms) -> DeviceResult:
    before = path.read_text() if path.is_file() else None
    if before == text:
        return result
    if before is not None and not terms.allow_overwrite:
        problem = (
            f"{path} says something else and stays; if the device is right, run it with "
            "-e inventory_import_allow_overwrite=true"
        )
        return replace(result, status="failed", message=problem)
    return replace(result, status="changed")


def _difference(path: Path, text: str) -> str:
    before = path.read_text().splitlines() if path.is_file() else []
    lines = unified_diff(before, text.splitlines(), str(path), f"{path} imported", lineterm="")
    return "\n".join(lines) + "\n"
