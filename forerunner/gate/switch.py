"""The kill switch: a file, a row of the ledger for every host, and Airflow's word by way of it.

Each of them stops everything that changes a device. What cannot be read counts as stopped.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from forerunner import home
from forerunner.database import LedgerError, Transactional
from forerunner.gate.book import Book, opened
from forerunner.gate.errors import GateError, Refusal

_NOTE_BYTES = 1000
_PROCEED = "when it is clear why, lift it by `forerunner gate go`"
_PROCEED_AIRFLOW = (
    "set Airflow's variable to go; where Airflow is gone, `forerunner gate go --airflow`"
)


def stop_file() -> Path:
    """Return the file whose existence stops everything; `touch` is enough."""
    return home.var() / "gate" / "stop"


def stop(ledger: Transactional, who: str, reason: str) -> None:
    """Stop every change, here and on every host of the ledger.

    The file comes first: it stops this host even when the ledger cannot be reached.

    Raises:
        GateError: One of both cannot be written; the other was tried all the same.
    """
    error = _write(who, reason)
    try:
        set_row(ledger, "ledger", True, who, reason)
    except LedgerError as failed:
        here = "nor is this host stopped" if error else f"this host is stopped by {stop_file()}"
        raise GateError(f"other hosts are not stopped ({failed}), {here}") from failed
    if error is not None:
        raise GateError(f"{stop_file()}: {error.strerror}; the ledger stops every host") from error


def go(ledger: Transactional, who: str, airflow: bool = False) -> None:
    """Lift the stop, and close the circuit breaker.

    Args:
        ledger: Where the stop stands.
        who: Who lifts it.
        airflow: Also what Airflow's variable last said; where Airflow runs, it says so again.

    Raises:
        GateError: The file cannot be removed.
        LedgerError: The ledger cannot be written.
    """
    with opened(ledger) as book:
        _set(book, "ledger", False, who, "")
        # Failures of before count no more.
        _set(book, "breaker", False, who, "")
        if airflow:
            _set(book, "airflow", False, who, "")
        book.note("go", who=who, airflow=airflow)
    try:
        stop_file().unlink(missing_ok=True)
    except OSError as error:
        raise GateError(f"{stop_file()} cannot be removed: {error.strerror}") from error


def set_row(ledger: Transactional, name: str, stopped: bool, who: str, reason: str) -> None:
    """Enter one source's word, `ledger` or `airflow`; nothing is noted of what was so already."""
    with opened(ledger) as book:
        if row(book, name)[0] == stopped:
            return
        _set(book, name, stopped, who, reason)
        book.note("stop" if stopped else "go", who=who, source=name, reason=reason)


def row(book: Book, name: str) -> tuple[bool, float]:
    """Return one source's word and since when; (False, 0) when it has given none."""
    rows = book.execute("SELECT stopped, since FROM gate_switches WHERE name = :name", name=name)
    return (bool(rows[0][0]), float(rows[0][1])) if rows else (False, 0.0)


def stops(ledger: Transactional) -> list[Refusal]:
    """Return who has stopped everything, as `refusals`.

    Raises:
        LedgerError: It cannot be read, which counts as stopped.
    """
    with opened(ledger) as book:
        return refusals(book)


def refusals(book: Book) -> list[Refusal]:
    """Return who has stopped everything, and how to go on; empty when nobody has."""
    found = [] if (noted := in_file()) is None else [noted]
    rows = book.execute("SELECT name, who, reason, since FROM gate_switches WHERE stopped = 1")
    for name, who, reason, since in rows:
        place = "Airflow's variable" if name == "airflow" else "the ledger"
        lifted = _PROCEED_AIRFLOW if name == "airflow" else _PROCEED
        what = f"stopped in {place} by {who} since {_clock(since)}{_because(reason)}"
        found.append(Refusal("kill switch", what, lifted))
    return found


def in_file() -> Refusal | None:
    """Return what the file says; None when there is none."""
    path = stop_file()
    try:
        with path.open("rb") as file:
            text = file.read(_NOTE_BYTES).decode(errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        what = f"{path} cannot be read ({error.strerror}), which counts as stopped"
        return Refusal("kill switch", what, "make it readable, or remove it")
    return Refusal("kill switch", f"stopped by {path}{_because(_note(text))}", _PROCEED)


def _set(book: Book, name: str, stopped: bool, who: str, reason: str) -> None:
    book.execute(
        "INSERT INTO gate_switches (name, stopped, who, reason, since)"
        " VALUES (:name, :stopped, :who, :reason, :since)"
        " ON CONFLICT (name) DO UPDATE SET stopped = excluded.stopped, who = excluded.who,"
        " reason = excluded.reason, since = excluded.since",
        name=name,
        stopped=int(stopped),
        who=who,
        reason=reason,
        since=book.now,
    )


def _write(who: str, reason: str) -> OSError | None:
    path = stop_file()
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(json.dumps({"who": who, "reason": reason}) + "\n")
        temporary.replace(path)
    except OSError as error:
        return error
    return None


def _note(text: str) -> str:
    try:
        found = json.loads(text)
        return f"{found['who']}: {found['reason']}"
    except (ValueError, TypeError, KeyError):
        return text.strip()


def _because(reason: str) -> str:
    words = "".join(letter if letter.isprintable() else " " for letter in reason).strip()
    return f" ({words})" if words else ""


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
