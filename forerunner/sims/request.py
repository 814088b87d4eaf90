"""A request for SIMs, from a YAML, JSON or CSV file, checked whole before anything is done."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData
from forerunner.schema import violations
from forerunner.sims.fitting import misplaced
from forerunner.sims.form import SCHEMA
from forerunner.sims.listed import NONE, Lister, Sims
from forerunner.sims.lot import read_lot
from forerunner.sims.reading import read_document
from forerunner.sims.rejects import Faults, Reject

MANNER = frozenset({"dry_run", "notify", "window"})
"""Fields that say how it is carried out, and not what is ordered: the same order may get others."""
_FILES = ("key_file", "transport_key_file", "op_file", "sims_file")


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        source: Where it came from, for messages.
        data: The request, which fits the form; file names are absolute.
        sims: Single SIMs; none where ranges say which.
        faults: What does not fit, as far as it can be told without the inventory.
    """

    source: str
    data: Mapping[str, Any]
    sims: Sims
    faults: Faults = field(repr=False)

    @property
    def id(self) -> str:
        """Return its own name."""
        return str(self.data["request_id"])

    @property
    def operation(self) -> str:
        """Return what is to be done."""
        return str(self.data["operation"])

    @property
    def dry(self) -> bool:
        """Return whether nothing is to be written."""
        return bool(self.data.get("dry_run", False))

    @property
    def hash(self) -> str:
        """Return the sha256 of what is ordered, what the files hold included.

        Raises:
            InvalidData: A file of it cannot be read.
        """
        meant = {x: y for x, y in self.data.items() if x not in MANNER and x not in _FILES}
        files = {x: _digest(Path(self.data[x]), x) for x in _FILES if x in self.data}
        sims = {name: column.digest for name, column in self.sims.columns.items()}
        whole = {"data": meant, "files": files, "sims": sims}
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    @property
    def record(self) -> dict[str, Any]:
        """Return what the ledger keeps of it; the SIMs stand there by themselves, sealed."""
        return {x: y for x, y in self.data.items() if x not in ("sims", "dry_run")}

    def window(self) -> tuple[datetime, datetime] | None:
        """Return when it may be written; None for any time.

        Raises:
            InvalidData: It ends before it begins, or a date does not exist.
        """
        if "window" not in self.data:
            return None
        try:
            begins, ends = ends_of(str(self.data["window"]))
        except ValueError:
            raise InvalidData(self.source, "window", "there is no such date or time") from None
        if ends <= begins:
            raise InvalidData(self.source, "window", "it ends before it begins")
        return begins, ends


def ends_of(window: str) -> tuple[datetime, datetime]:
    """Return when a window opens and when it closes.

    Args:
        window: Both in ISO 8601, as `2026-12-01T22:00Z/2026-12-02T04:00Z`.

    Raises:
        ValueError: It has not two moments.
    """
    begins, ends = map(datetime.fromisoformat, window.split("/"))
    return begins, ends


def read_request(path: Path) -> Request:
    """Read a request.

    Args:
        path: A file that ends in .yml, .yaml, .json or .csv.

    Raises:
        Rejected: A field of it does not fit the form; names all of them.
        InvalidData: It cannot be read, or is no such file.
    """
    faults = Faults(str(path))
    kind = path.suffix.lower()
    if kind not in (".yml", ".yaml", ".json", ".csv"):
        problem = f"ends in {kind[:20]!a}; a request ends in .yml, .json or .csv"
        raise InvalidData(str(path), "request", problem)
    if kind == ".csv":
        lot = read_lot(path, "request", faults)
        return _request(path, {**lot.common}, lot.sims, faults)
    return request_of(read_document(path, "request"), path)


def stray_files(data: Mapping[str, Any], directory: Path) -> list[str]:
    """Return the fields of a request that name a file which does not lie below a directory.

    Args:
        data: The request, as the form gives it.
        directory: Where it is, and where its files have to be.
    """
    root = directory.resolve()
    named = {name: (root / str(data[name])).resolve() for name in _FILES if data.get(name)}
    return [name for name, path in named.items() if not path.is_relative_to(root)]


def request_of(data: object, path: Path) -> Request:
    """Return a request from its plain data, as the form gives it; what is None is not given.

    Args:
        data: The request.
        path: Where it came from, for messages; files that it names are looked for beside that.

    Raises:
        Rejected: A field of it does not fit the form; names all of them.
    """
    given = data
    if isinstance(data, Mapping):
        given = {name: value for name, value in data.items() if value is not None}
    return _request(path, given, None, Faults(str(path)))


def _request(path: Path, given: object, sims: Sims | None, faults: Faults) -> Request:
    _check_form(given, faults)
    assert isinstance(given, Mapping)  # noqa: S101 - by the form
    data = {**given}
    for name in _FILES:
        if name in data:
            data[name] = str((path.parent / data[name]).resolve())
    found = Request(str(path), data, _listed(data, faults) if sims is None else sims, faults)
    faults.add_all(misplaced(data, found.sims))
    with faults.gathering():
        found.window()
    return found


def _check_form(data: object, faults: Faults) -> None:
    """Raise what does not fit the form, and what was noted before: no more can be looked at."""
    form = Faults(faults.source)
    form.add_all(Reject(0, name or "request", said) for name, said in violations(data, SCHEMA))
    if form:
        faults.add_all(form.found)
        faults.end()


def _listed(data: Mapping[str, Any], faults: Faults) -> Sims:
    """Return the SIMs in the request, or in the file that it names."""
    if "sims" in data:
        lister = Lister(faults)
        for row, fields in enumerate(data["sims"], 1):
            lister.add(row, fields)
        return lister.end()
    if "sims_file" not in data:
        return NONE
    lot = None
    with faults.gathering():
        lot = read_lot(Path(data["sims_file"]), "sims_file", faults)
    for name in lot.common if lot else ():
        reason = "belongs into the request, not with each SIM"
        faults.add(Reject(1, name, reason, data["sims_file"]))
    return lot.sims if lot else NONE


def _digest(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidData(str(path), name, f"cannot be read: {error.strerror}") from None
