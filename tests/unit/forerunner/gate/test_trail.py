"""Whatever somebody does to the audit trail afterwards is found, and said of which entry."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forerunner import gate
from forerunner.gate import trail
from forerunner.gate.audit import FIRST


@pytest.fixture
def filled(site):
    """Six entries: three admissions, and their ends."""
    for name in ("r1", "r2", "r3"):
        gate.close(site.admit(name).token, site.ledger)
    assert trail.verify(site.ledger) == trail.Verdict(6, ())
    return site


def _faults(site) -> str:
    return "\n".join(trail.verify(site.ledger).faults)


def _rechained(site, first: int) -> None:
    """Compute all hashes anew from an entry on, as somebody with the database would."""
    entries = trail.read(site.ledger)
    before = entries[first - 2].hash if first > 1 else FIRST
    for entry in entries[first - 1 :]:
        own = hashlib.sha256(f"{before}\n{entry.text}".encode()).hexdigest()
        site.sql(
            "UPDATE gate_audit SET previous = :previous, hash = :hash WHERE sequence = :sequence",
            previous=before,
            hash=own,
            sequence=entry.sequence,
        )
        before = own


def _flip(site) -> None:
    site.sql("UPDATE gate_audit SET entry = replace(entry, 'ann', 'bob') WHERE sequence = 3")


def _drop(site) -> None:
    site.sql("DELETE FROM gate_audit WHERE sequence = 3")


def _drop_the_first(site) -> None:
    site.sql("DELETE FROM gate_audit WHERE sequence = 1")


def _drop_and_renumber(site) -> None:
    _drop(site)
    site.sql("UPDATE gate_audit SET sequence = sequence - 1 WHERE sequence > 3")


def _reorder(site) -> None:
    for old, new in ((3, 99), (5, 3), (99, 5)):
        site.sql("UPDATE gate_audit SET sequence = :new WHERE sequence = :old", old=old, new=new)


def _truncate(site) -> None:
    site.sql("DELETE FROM gate_audit WHERE sequence > 4")


def _empty(site) -> None:
    site.sql("DELETE FROM gate_audit")


def _garble(site) -> None:
    site.sql("UPDATE gate_audit SET entry = 'gone' WHERE sequence = 3")


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_flip, "entry 3 was altered"),
        (_garble, "entry 3 was altered"),
        (_drop, "entry 4 follows entry 2: entries between them are gone"),
        (_drop_the_first, "entry 2 follows entry 0"),
        (_drop_and_renumber, "entry 3 does not continue entry 2"),
        (_reorder, "entry 3 does not continue entry 2"),
        (_truncate, "the trail ends at entry 4, but there were 6: it was cut short"),
        (_empty, "the trail ends at entry 0, but there were 6"),
    ],
)
def test_tampering_is_found(filled, tamper: Callable, words: str) -> None:
    tamper(filled)
    assert words in _faults(filled)


@pytest.mark.parametrize("first", [1, 3])
def test_a_trail_that_was_written_anew_from_an_entry_on_is_found(filled, first: int) -> None:
    filled.sql(
        "UPDATE gate_audit SET entry = replace(entry, 'ann', 'bob') WHERE sequence = :first",
        first=first,
    )
    _rechained(filled, first)
    assert f"entry {first} is not the one that" in _faults(filled)


def test_a_cut_at_the_end_of_the_trail_and_of_its_anchors_is_found_by_a_plans_artifact(
    filled,
) -> None:
    heads = filled.var / "gate" / "audit-heads.jsonl"
    heads.write_text("".join(heads.read_text().splitlines(keepends=True)[:4]))
    filled.sql("DELETE FROM gate_audit WHERE sequence > 4")
    assert "but there were 5" in _faults(filled)


def test_anchors_that_are_gone_or_garbled_are_found(filled) -> None:
    heads = filled.var / "gate" / "audit-heads.jsonl"
    heads.write_text("nothing\n")
    assert "is no anchor" in _faults(filled)
    heads.unlink()
    for path in Path(filled.var / "plans").glob("*/audit.jsonl"):
        path.unlink()
    assert "no anchor is left" in _faults(filled)


def test_a_refusal_and_a_refused_write_stand_in_the_trail_with_their_reasons(site) -> None:
    site.refused()
    site.not_admitted("forged", "r1")
    refused, write = (entry.data for entry in trail.read(site.ledger))
    assert (refused["kind"], refused["who"]) == ("refused", "ann")
    assert refused["reasons"][0].startswith("scope")
    assert (write["kind"], write["device"]) == ("write refused", "r1")


def test_the_newest_entries_come_in_their_order(filled) -> None:
    assert [entry.sequence for entry in trail.read(filled.ledger, 2)] == [5, 6]


def test_no_entry_holds_a_token(site) -> None:
    token = site.admit("r1").token
    assert token not in json.dumps([entry.text for entry in trail.read(site.ledger)])
