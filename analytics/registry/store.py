"""Versions on the disk: `<kind>/versions/<version>/`, and `<kind>/service.json` beside them."""

import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analytics.registry.entry import KIND, VERSION, Entry, State, digest
from analytics.registry.service import Promotion, Service
from analytics.registry.state import refuse_pickles
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.files import locked, write_whole


class Superseded(ForerunnerError):
    """Another version came into service meanwhile."""


@dataclass(frozen=True)
class Origin:
    """Where a new version comes from.

    Attributes:
        data_sha256: Of what it learned from.
        code_version: Commit or package version that trained it.
        metrics: Its figures on held-out data.
        card: For people.
    """

    data_sha256: str
    code_version: str
    metrics: Mapping[str, float]
    card: Mapping[str, Any]


class Registry:
    """The models below a directory; writers of one kind wait for one another.

    Args:
        directory: As `var/models`.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def kinds(self) -> list[str]:
        """Return the kinds that have versions, sorted."""
        return sorted(path.parent.name for path in self._directory.glob("*/versions"))

    def versions(self, kind: str) -> list[str]:
        """Return the versions of a kind, oldest first."""
        found = (self._kind(kind) / "versions").glob("*-*")
        names = [path.name for path in found if re.match(VERSION, path.name)]
        return sorted(names, key=lambda name: int(name.partition("-")[0]))

    def entry(self, kind: str, version: str) -> Entry:
        """Return what is known of a version.

        Raises:
            InvalidData: It was altered since it was promoted, or is no entry.
            ForerunnerError: There is no such version.
        """
        path = self._version(kind, version) / "entry.json"
        content = _read(path)
        service = self.service(kind)
        promotion = service.promoted(version) if service else None
        if promotion and digest(content) != promotion.entry_sha256:
            raise InvalidData(str(path), "", "was altered since it was promoted; roll back")
        entry = Entry.from_bytes(content, str(path))
        if (entry.kind, entry.version) != (kind, version):
            raise InvalidData(str(path), "version", f"is to be {kind} {version}")
        return entry

    def service(self, kind: str) -> Service | None:
        """Return what is in service and was before; None where nothing was promoted yet."""
        path = self._kind(kind) / "service.json"
        return Service.from_bytes(_read(path), str(path)) if path.exists() else None

    def add(self, kind: str, states: Mapping[str, bytes], origin: Origin) -> Entry:
        """Keep a new version; it is not in service yet.

        Args:
            kind: What it predicts.
            states: Bytes of each file, `.json` or `.npz` without objects, by name.
            origin: Where it comes from.

        Raises:
            InvalidData: A field does not fit, or a state would need a pickle.
        """
        for name, content in states.items():
            refuse_pickles(name, content)
        with self._alone(kind):
            pins = tuple(State(name, digest(content)) for name, content in sorted(states.items()))
            version = (
                f"{self._next(kind):04}-{digest(''.join(p.sha256 for p in pins).encode())[:8]}"
            )
            entry = Entry(kind, version, time.time(), **vars(origin), states=pins)
            content = entry.to_json().encode()
            # Read back before it is written: what cannot be read is not kept.
            Entry.from_bytes(content, f"{kind} {version}")
            self._keep(entry, {**states, "entry.json": content})
        return entry

    def states(self, kind: str, version: str) -> dict[str, bytes]:
        """Return the bytes of a version's files; each is the very bytes that were hashed.

        Raises:
            InvalidData: A file is not what the entry pins; names it.
        """
        found = {}
        for state in self.entry(kind, version).states:
            path = self._version(kind, version) / state.name
            content = _read(path)
            if digest(content) != state.sha256:
                raise InvalidData(str(path), "sha256", "is not what the entry pins; roll back")
            refuse_pickles(str(path), content)
            found[state.name] = content
        return found

    def in_service(self, kind: str) -> tuple[str, dict[str, bytes]]:
        """Return the version in service and the verified bytes of its files.

        Raises:
            InvalidData: A file of it was altered.
            ForerunnerError: None is in service.
        """
        service = self.service(kind)
        if service is None:
            raise ForerunnerError(f"{kind}: none is in service; python -m analytics models promote")
        version = service.current.version
        return version, self.states(kind, version)

    def published_faults(self, kind: str) -> list[str]:
        """Return what is wrong with the copy at `<kind>.json`, if there is to be one."""
        service, name = self.service(kind), f"{kind}.json"
        if service is None:
            return []
        pins = {each.name: each.sha256 for each in self.entry(kind, service.current.version).states}
        path = self._directory / name
        if name not in pins or (path.exists() and digest(path.read_bytes()) == pins[name]):
            return []
        mend = f"python -m analytics models publish {kind}"
        return [f"{path}: is not the version in service; {mend} writes it anew"]

    def publish(self, kind: str) -> str:
        """Copy the version in service to `<kind>.json` anew, and return the version.

        Raises:
            InvalidData: A file of it was altered.
            ForerunnerError: None is in service.
        """
        with self._alone(kind):
            version, states = self.in_service(kind)
            self._publish(kind, states)
        return version

    def promote(
        self, kind: str, version: str, who: str, why: str, expected: str | None = None
    ) -> Promotion:
        """Put a version in service, once its files are found whole.

        Args:
            kind: What it predicts.
            version: Which.
            who: For the history.
            why: For the history.
            expected: Version that must still be in service, empty for none; any when None.

        Raises:
            InvalidData: A file of it was altered; what is in service stays.
            Superseded: Another one than expected is in service, and stays.
        """
        with self._alone(kind):
            service = self.service(kind)
            current = service.current.version if service else ""
            if expected is not None and current != expected:
                raise Superseded(f"somebody put {current} in service meanwhile")
            return self._put(kind, version, who, why)

    def rollback(self, kind: str, who: str, why: str, version: str | None = None) -> Promotion:
        """Return to the version before, or to a stated one that was in service once.

        Raises:
            ForerunnerError: There is none before, or it was never in service.
        """
        with self._alone(kind):
            service = self.service(kind)
            target = None
            if service:
                target = service.promoted(version) if version else service.previous
            if target is None:
                raise ForerunnerError(
                    f"{kind}: {version or 'an earlier version'} was never in service"
                )
            return self._put(kind, target.version, who, why, rollback=True)

    def _put(
        self, kind: str, version: str, who: str, why: str, *, rollback: bool = False
    ) -> Promotion:
        content = _read(self._version(kind, version) / "entry.json")
        states = self.states(kind, version)
        made = Promotion(version, digest(content), time.time(), who, why, rollback)
        service = self.service(kind) or Service(())
        grown = replace(service, promotions=(*service.promotions, made))
        written = grown.to_json()
        path = self._kind(kind) / "service.json"
        Service.from_bytes(written.encode(), str(path))
        write_whole(path, written, 0o644)
        _settle(path.parent)
        self._publish(kind, states)
        return made

    def _publish(self, kind: str, states: Mapping[str, bytes]) -> None:
        """Copy a model of one file to where it was before there was a registry."""
        name = f"{kind}.json"
        if name in states:
            write_whole(self._directory / name, states[name], 0o644)

    def _keep(self, entry: Entry, contents: Mapping[str, bytes]) -> None:
        place = self._kind(entry.kind) / "versions" / entry.version
        half = place.with_name(".new")
        shutil.rmtree(half, ignore_errors=True)
        for name, content in contents.items():
            write_whole(half / name, content, 0o444)
        _settle(half)
        half.rename(place)
        _settle(place.parent)

    def _next(self, kind: str) -> int:
        numbers = [int(name.partition("-")[0]) for name in self.versions(kind)]
        return max(numbers, default=0) + 1

    def _alone(self, kind: str) -> Any:
        return locked(self._kind(kind) / ".lock")

    def _kind(self, kind: str) -> Path:
        if not re.match(KIND, kind):
            raise InvalidData("kind", kind, "is to be lower case letters, digits and _")
        return self._directory / kind

    def _version(self, kind: str, version: str) -> Path:
        if not re.match(VERSION, version):
            raise InvalidData("version", version, "is to be as 0001-0a1b2c3d; see models list")
        return self._kind(kind) / "versions" / version


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ForerunnerError(f"{path}: cannot be read ({error}); see models list") from error


def _settle(directory: Path) -> None:
    """Have the names in a directory on the disk; a rename alone is not."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
