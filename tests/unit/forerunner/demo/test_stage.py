"""A demo in which the loop did nothing is no success."""

from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.demo.stage import see_that_it_acted
from forerunner.errors import ForerunnerError


def story(drain: object) -> Any:
    return SimpleNamespace(answer=SimpleNamespace(drain=drain))


def test_a_loop_that_did_not_drain_is_an_error() -> None:
    with pytest.raises(ForerunnerError, match="forerunner ledger"):
        see_that_it_acted(story(None))


def test_a_loop_that_drained_is_none() -> None:
    see_that_it_acted(story(object()))
