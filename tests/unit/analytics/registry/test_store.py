"""The registry keeps what it was given, loads nothing else, and finds the way back."""

import io
import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from analytics.registry.store import Origin, Registry, Superseded
from forerunner.errors import ForerunnerError, InvalidData

KIND = "link_failure"
ORIGIN = Origin("a" * 64, "forerunner 1", {"brier": 0.03}, {"trained_on": ["linear"]})


def _npz(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, weights=array)
    return file.getvalue()


def _add(book: Registry, number: int) -> str:
    return book.add(KIND, {f"{KIND}.json": json.dumps({"n": number}).encode()}, ORIGIN).version


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)


def test_what_was_promoted_is_in_service_and_at_the_old_path(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    version = _add(book, 1)

    book.promote(KIND, version, "ann", "the first")

    assert book.in_service(KIND) == (version, {f"{KIND}.json": b'{"n": 1}'})
    assert (tmp_path / f"{KIND}.json").read_bytes() == b'{"n": 1}'
    assert book.published_faults(KIND) == []
    assert book.entry(KIND, version).metrics == {"brier": 0.03}


def test_a_version_that_was_not_promoted_is_not_in_service(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    _add(book, 1)

    with pytest.raises(ForerunnerError, match="none is in service"):
        book.in_service(KIND)


@pytest.mark.parametrize("name", [f"{KIND}.json", "entry.json"])
def test_one_byte_altered_is_refused_and_named(tmp_path: Path, name: str) -> None:
    book = Registry(tmp_path)
    version = _add(book, 1)
    book.promote(KIND, version, "ann", "the first")
    path = tmp_path / KIND / "versions" / version / name
    _flip(path)

    with pytest.raises(InvalidData) as caught:
        book.in_service(KIND)

    assert caught.value.source == str(path)


def test_an_entry_that_still_reads_well_but_was_altered_is_refused(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    version = _add(book, 1)
    book.promote(KIND, version, "ann", "the first")
    path = tmp_path / KIND / "versions" / version / "entry.json"
    path.chmod(0o600)
    path.write_text(path.read_text().replace("0.03", "0.02"))

    with pytest.raises(InvalidData, match="altered since it was promoted"):
        book.in_service(KIND)


def test_an_altered_version_is_not_promoted_and_service_stays(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    first, second = _add(book, 1), _add(book, 2)
    book.promote(KIND, first, "ann", "the first")
    _flip(tmp_path / KIND / "versions" / second / f"{KIND}.json")

    with pytest.raises(InvalidData):
        book.promote(KIND, second, "ann", "newer")

    assert book.in_service(KIND)[0] == first


def test_rollback_goes_back_one_at_a_time_and_is_written_down(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    versions = [_add(book, number) for number in (1, 2, 3)]
    for version in versions:
        book.promote(KIND, version, "ann", "newer")

    back = [book.rollback(KIND, "bob", "worse").version for _ in range(2)]

    assert back == [versions[1], versions[0]]
    assert (tmp_path / f"{KIND}.json").read_bytes() == b'{"n": 1}'
    service = book.service(KIND)
    assert service is not None
    assert [(x.who, x.rollback) for x in service.promotions[3:]] == [("bob", True)] * 2
    with pytest.raises(ForerunnerError, match="never in service"):
        book.rollback(KIND, "bob", "worse")


def test_rollback_to_a_version_that_never_served_is_refused(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    first, second = _add(book, 1), _add(book, 2)
    book.promote(KIND, first, "ann", "the first")

    with pytest.raises(ForerunnerError, match="never in service"):
        book.rollback(KIND, "bob", "worse", second)


def test_a_version_promoted_twice_in_a_row_is_one_step_back(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    first, second = _add(book, 1), _add(book, 2)
    for version in (first, second, second):
        book.promote(KIND, version, "ann", "newer")

    assert book.rollback(KIND, "bob", "worse").version == first


def test_nothing_is_promoted_over_another_than_what_was_expected(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    first, second = _add(book, 1), _add(book, 2)
    book.promote(KIND, first, "ann", "the first", expected="")

    for expected in ("", second):
        with pytest.raises(Superseded, match=f"somebody put {first} in service meanwhile"):
            book.promote(KIND, second, "ann", "newer", expected=expected)

    assert book.in_service(KIND)[0] == first
    assert book.promote(KIND, second, "ann", "newer", expected=first).version == second


def test_plain_arrays_are_kept(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    entry = book.add(KIND, {"weights.npz": _npz(np.arange(3.0))}, ORIGIN)

    assert list(book.states(KIND, entry.version)) == ["weights.npz"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("weights.npz", _npz(np.array([{"a": 1}], dtype=object))),
        ("weights.npz", b"PK no archive"),
        ("model.pkl", b"\x80\x04N."),
        ("model.joblib", b"\x80\x04N."),
        ("../out.json", b"{}"),
        ("model.json", b"\x80\x04N."),
    ],
)
def test_what_may_run_code_or_leave_its_place_is_refused(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(InvalidData):
        Registry(tmp_path).add(KIND, {name: content}, ORIGIN)

    assert Registry(tmp_path).versions(KIND) == []


@pytest.mark.parametrize(("kind", "version"), [("../x", "0001-aaaaaaaa"), (KIND, "../../x")])
def test_a_name_that_leaves_the_directory_is_refused(
    tmp_path: Path, kind: str, version: str
) -> None:
    with pytest.raises(InvalidData):
        Registry(tmp_path).states(kind, version)


def test_a_copy_that_somebody_overwrote_is_named(tmp_path: Path) -> None:
    book = Registry(tmp_path)
    book.promote(KIND, _add(book, 1), "ann", "the first")
    (tmp_path / f"{KIND}.json").write_text("{}")

    (fault,) = book.published_faults(KIND)
    assert f"models publish {KIND}" in fault
    book.publish(KIND)

    assert book.published_faults(KIND) == []
    service = book.service(KIND)
    assert service is not None
    assert len(service.promotions) == 1


def _promote_often(directory: Path, number: int) -> None:
    book = Registry(directory)
    for step in range(5):
        book.promote(KIND, _add(book, number * 10 + step), f"p{number}", "newer")


def test_promoters_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_promote_often, args=(tmp_path, n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    book = Registry(tmp_path)
    service = book.service(KIND)
    assert service is not None
    assert len(book.versions(KIND)) == len(service.promotions) == 20
    assert book.published_faults(KIND) == []
