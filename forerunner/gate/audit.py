"""The audit trail: entries that are chained by their hashes, and anchors outside of the database.

An entry's hash covers the entry and the hash before it, so an entry that was altered, taken out
or moved breaks the chain. A chain that was cut at its end, or written anew from some point on, is
whole in itself: the anchors tell, which name the trail's head after every entry. They are lines
of a file, and for each admitted plan a file among the plan's artifacts.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forerunner import home
from forerunner.database import Execute
from forerunner.gate.errors import GateError

FIRST = "0" * 64
"""What stands for the hash before the first entry."""


class AuditError(GateError):
    """The audit trail cannot be anchored."""


@dataclass(frozen=True)
class Head:
    """How far the trail had come.

    Attributes:
        sequence: Number of the entry, from 1.
        hash: Its hash.
    """

    sequence: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """A row of the trail as it stands in the ledger.

    Attributes:
        sequence: Its number.
        text: The entry, JSON.
        previous: Hash of the entry before it.
        hash: Its own.
    """

    sequence: int
    text: str
    previous: str
    hash: str

    @property
    def data(self) -> dict[str, Any]:
        """Return the entry as plain data; empty when it is no JSON any more."""
        with contextlib.suppress(ValueError):
            found = json.loads(self.text)
            if isinstance(found, dict):
                return found
        return {}


def append(execute: Execute, what: Mapping[str, Any]) -> Head:
    """Add an entry at the trail's end, inside the transaction that it speaks of."""
    last = execute("SELECT sequence, hash FROM gate_audit ORDER BY sequence DESC LIMIT 1")
    sequence, previous = (int(last[0][0]) + 1, str(last[0][1])) if last else (1, FIRST)
    text = json.dumps({"sequence": sequence, **what}, sort_keys=True)
    own = _hash(previous, text)
    execute(
        "INSERT INTO gate_audit (sequence, entry, previous, hash)"
        " VALUES (:sequence, :entry, :previous, :hash)",
        sequence=sequence,
        entry=text,
        previous=previous,
        hash=own,
    )
    return Head(sequence, own)


def entries(execute: Execute, last: int | None = None) -> list[Entry]:
    """Return the trail in its order, or its newest entries."""
    select = "SELECT sequence, entry, previous, hash FROM gate_audit ORDER BY sequence"
    if last is None:
        return [Entry(int(row[0]), *map(str, row[1:])) for row in execute(select)]
    rows = execute(f"{select} DESC LIMIT :last", last=last)
    return [Entry(int(row[0]), *map(str, row[1:])) for row in reversed(rows)]


def entries_from(execute: Execute, first: int) -> list[Entry]:
    """Return the trail in its order, from the entry of a number on."""
    rows = execute(
        "SELECT sequence, entry, previous, hash FROM gate_audit"
        " WHERE sequence >= :first ORDER BY sequence",
        first=first,
    )
    return [Entry(int(row[0]), *map(str, row[1:])) for row in rows]


def anchor(heads: Sequence[Head], plan: str | None = None) -> None:
    """Write heads where the database's owner does not reach them.

    Args:
        heads: Of the entries that were just added.
        plan: Identifier of the plan whose artifacts get the last one; else the common file.

    Raises:
        AuditError: It cannot be written.
    """
    if not heads:
        return
    lines = "".join(json.dumps(vars(head), sort_keys=True) + "\n" for head in heads)
    path = _heads_file() if plan is None else _artifacts(plan) / "audit.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            # One write: lines of several processes do not mix.
            os.write(handle, lines.encode())
        finally:
            os.close(handle)
    except OSError as error:
        raise AuditError(f"{path} cannot be written: {error.strerror}; make room there") from error


def faults(trail: Sequence[Entry]) -> Iterator[str]:
    """Yield everything that is wrong with a trail, by itself and against its anchors."""
    before = Entry(0, "", "", FIRST)
    for entry in trail:
        yield from _broken(before, entry)
        before = entry
    yield from _unanchored(trail)


def _broken(before: Entry, entry: Entry) -> Iterator[str]:
    name = f"entry {entry.sequence}"
    if entry.sequence != before.sequence + 1:
        yield f"{name} follows entry {before.sequence}: entries between them are gone"
    elif entry.previous != before.hash:
        yield f"{name} does not continue entry {before.sequence}: one of them was replaced or moved"
    if entry.hash != _hash(entry.previous, entry.text):
        yield f"{name} was altered: its hash is not that of its text"
    elif entry.data.get("sequence") != entry.sequence:
        yield f"{name} was moved: it says that it is entry {entry.data.get('sequence')}"


def _unanchored(trail: Sequence[Entry]) -> Iterator[str]:
    hashes = {entry.sequence: entry.hash for entry in trail}
    found = list(_anchors())
    if trail and not found:
        yield f"no anchor is left in {_heads_file()}: whether the trail was cut cannot be known"
    last, missing = (trail[-1].sequence if trail else 0), 0
    for place, head in found:
        if head is None:
            yield f"{place} is no anchor: the file was altered"
        elif head.sequence > last:
            missing = max(missing, head.sequence)
        elif hashes.get(head.sequence) != head.hash:
            yield f"entry {head.sequence} is not the one that {place} names: it was written anew"
    if missing:
        yield f"the trail ends at entry {last}, but there were {missing}: it was cut short"


def _anchors() -> Iterator[tuple[str, Head | None]]:
    """Yield every anchor of this host with its place; None for what is none."""
    artifacts = sorted((home.var() / "plans").glob("*/audit.jsonl"))
    for path in [_heads_file(), *artifacts]:
        with contextlib.suppress(FileNotFoundError):
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield f"{path}:{number}", _head(line)


def _head(line: str) -> Head | None:
    with contextlib.suppress(ValueError, TypeError):
        head = Head(**json.loads(line))
        if isinstance(head.sequence, int) and isinstance(head.hash, str):
            return head
    return None


def _heads_file() -> Path:
    return home.var() / "gate" / "audit-heads.jsonl"


def _artifacts(plan: str) -> Path:
    return home.var() / "plans" / re.sub(r"[^A-Za-z0-9_-]", "-", plan)


def _hash(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
