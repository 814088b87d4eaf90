"""Activation codes are as SGP.22 has them, stay the same, and are nobody else's to read."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.sims.esim import Provider, matching_id, read_codes, write_codes, write_pictures

ICCIDS = ["8949000000000000003", "8949000000000000011"]


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (Provider("smdp.example.com"), "LPA:1$smdp.example.com$AB-1"),
        (Provider("smdp.example.com", "1.3.6.1.4.1"), "LPA:1$smdp.example.com$AB-1$1.3.6.1.4.1"),
        (Provider("a.b", "1.3", True), "LPA:1$a.b$AB-1$1.3$1"),
        (Provider("a.b", confirmation=True), "LPA:1$a.b$AB-1$$1"),
    ],
)
def test_a_code_is_as_the_standard_has_it(provider: Provider, expected: str) -> None:
    assert provider.code("AB-1") == expected


def test_a_matching_identifier_is_fresh_and_of_the_standards_signs() -> None:
    made = {matching_id() for _ in range(1000)}

    assert len(made) == 1000
    assert all(re.fullmatch(r"[0-9A-Z-]{26}", each) for each in made)


@pytest.mark.parametrize(
    ("address", "oid"),
    [("a$b", ""), ("a b", ""), ("a\n", ""), ("", ""), ("a" * 230, ""), ("a.b", "1$2"), ("a", "1")],
)
def test_what_would_break_a_code_is_refused(address: str, oid: str) -> None:
    with pytest.raises(InvalidData, match="smdp_"):
        Provider(address, oid)


def test_codes_are_their_owners_alone_and_stay_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a" / "codes.csv"
    write_codes(path, Provider("a.b"), ICCIDS)
    first = list(read_codes(path))

    write_codes(path, Provider("a.b"), ICCIDS)

    assert [iccid for iccid, _ in first] == ICCIDS
    assert list(read_codes(path)) == first
    assert len({code for _, code in first}) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["codes.csv"]


def test_a_list_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    def broken():
        yield ICCIDS[0]
        raise OSError("the ledger is gone")

    with pytest.raises(OSError, match="ledger"):
        write_codes(tmp_path / "codes.csv", Provider("a.b"), broken())

    assert list(tmp_path.iterdir()) == []


def test_pictures_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    write_codes(tmp_path / "codes.csv", Provider("a.b"), ICCIDS)

    assert write_pictures(tmp_path / "codes.csv", tmp_path / "qr") == 2
    assert write_pictures(tmp_path / "codes.csv", tmp_path / "qr") == 0

    found = sorted((tmp_path / "qr").iterdir())
    assert [x.name for x in found] == [f"{x}.{kind}" for x in ICCIDS for kind in ("png", "svg")]
    assert {x.stat().st_mode & 0o777 for x in found} == {0o600}
    assert found[0].read_bytes().startswith(b"\x89PNG\r\n")
    assert ET.parse(found[1]).getroot().tag.endswith("svg")
