"""The page of promises names tests that exist, and every promise that the product makes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text()
PROMISES = re.findall(r"^\| (\d+) \| .*$", PAGE, re.MULTILINE)
NAMED = sorted(set(re.findall(r"`((?:unit|integration)/[^`:]+)::(\w+)`", PAGE)))


def test_every_promise_stands_there() -> None:
    assert [int(x) for x in PROMISES] == [*range(1, 17), 19, 21, 22, 24, 25, 26]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE)
