"""Documents of others are plain data, or refused in bounded time."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.sims.reading import read_document


def read(directory: Path, name: str, text: str | bytes) -> object:
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_document(path, "request")


def test_plain_data_is_read(tmp_path: Path) -> None:
    expected = {"a": {"b": [1, "x", True, None]}}

    assert read(tmp_path, "a.json", '{"a": {"b": [1, "x", true, null]}}') == expected
    assert read(tmp_path, "a.yml", "a: {b: [1, x, true, null]}") == expected


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yml", "a: 1\na: 2", "'a' stands twice"),
        ("a.json", '{"a": 1, "a": 2}', "'a' stands twice"),
        ("a.yml", "a: &x [1]\nb: [*x, *x]", "line 1: an anchor"),
        ("a.yml", "a: 1\nb: *x", "anchor"),
        ("a.yml", "a: !!timestamp x", "a tag"),
        ("a.yml", "a: !!python/object/apply:os.system [id]", "a tag"),
        ("a.yml", "[" * 100_000, "nested too deeply"),
        ("a.yml", "- " * 50_000, "nested too deeply"),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.json", '{"a": NaN}', "NaN is no number"),
        ("a.json", "1" * 10_000, "is no JSON"),
        ("a.yml", "a: " + "1" * 10_000, "is no YAML"),
        ("a.yml", "1: 2", "is to be a text"),
        ("a.yml", "a: 1\nb: c: d", "is no YAML at line 2"),
        ("a.json", '{\n"a": }', "is no JSON at line 2"),
        ("a.yml", "a: \0", "is no YAML"),
        ("a.yml", b"a: 1\nb: \xff", "is no UTF-8 at line 2"),
        ("a.json", b" " * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_makes_much_of_little_or_hides_a_value_is_refused(
    tmp_path: Path, name: str, text: str | bytes, said: str
) -> None:
    with pytest.raises(InvalidData, match=said):
        read(tmp_path, name, text)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="request: cannot be read: No such file"):
        read_document(tmp_path / "none.yml", "request")


def test_a_parsers_words_do_not_repeat_what_stands_there(tmp_path: Path) -> None:
    for name in ("a.yml", "a.json"):
        with pytest.raises(InvalidData) as raised:
            read(tmp_path, name, '{"ki": "0123456789abcdef", ]')
        assert "0123456789abcdef" not in str(raised.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="{}[]&*!:-,?|>'\"# \n\tab01", max_size=60))
def test_whatever_stands_there_is_no_trace(tmp_path: Path, raw: bytes | str) -> None:
    for name in ("a.yml", "a.json"):
        with suppress(InvalidData):
            read(tmp_path, name, raw)
