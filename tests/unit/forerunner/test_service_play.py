"""A service is brought up once, and called up only while it says how it is."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forerunner import service, service_play
from forerunner.errors import ForerunnerError
from forerunner.service_play import Wanted

NAME = "tried"
# Says how it is ten times a second, as the file beside its configuration has it.
_STEADY = """
while sleep 0.1; do cat "$(dirname "$1")/word" > "$(dirname "$1")/status.json"; done
"""
# Looked after by somebody, it dies at each of its starts.
_LOOP = "while sleep 0.1; do sh -c 'exit 1'; done"


class _Scripted(Wanted):
    """A service that is a script beside its directory."""

    @property
    def command(self) -> tuple[str, ...]:
        return ("sh", str(self.directory / "service.sh"), str(self.file))


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wanted]:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    (tmp_path / "service.sh").write_text(_STEADY)
    place = tmp_path / NAME
    place.mkdir()
    (place / "word").write_text('{"healthy": true}')
    says = service_play.says_in(place / "status.json")
    yield _Scripted(NAME, tmp_path, "{}", says, "trying", "no word")
    service.stop(NAME)


def _up(wanted: Wanted, timeout_s: float = 20.0, check: bool = False) -> dict[str, object]:
    return service_play.bring_up(wanted, timeout_s, check, ForerunnerError)


def test_what_runs_and_says_so_is_left_alone(wanted: Wanted) -> None:
    assert _up(wanted, check=True)["changed"]
    assert service.status(NAME) is None
    assert _up(wanted)["changed"]
    first = service.status(NAME)

    again = _up(wanted)

    assert (again["changed"], service.status(NAME)) == (False, first)
    assert "trying already" in str(again["message"])
    assert wanted.file.stat().st_mode & 0o777 == 0o600


def test_what_is_not_healthy_for_the_network_s_sake_is_left_alone_and_said(
    wanted: Wanted,
) -> None:
    _up(wanted)
    (wanted.file.parent / "word").write_text('{"healthy": false}')
    time.sleep(1.0)

    again = _up(wanted)

    assert not again["changed"]
    assert "but not healthy" in str(again["message"])


@pytest.mark.parametrize("check", [False, True])
def test_what_dies_again_and_again_is_not_called_up(wanted: Wanted, check: bool) -> None:
    (wanted.directory / "service.sh").write_text(_LOOP)
    wanted.file.write_text(wanted.config)
    service.start(NAME, list(wanted.command), {"PATH": "/usr/bin:/bin"}, wanted.log)
    (wanted.file.parent / "status.json").write_text('{"healthy": true}')
    time.sleep(0.3)

    with pytest.raises(ForerunnerError, match="again and again"):
        _up(wanted, 1.0, check)


def test_what_ends_at_once_is_said_with_its_last_words(wanted: Wanted) -> None:
    (wanted.directory / "service.sh").write_text("echo 'no such key'; exit 2")

    with pytest.raises(ForerunnerError, match="no such key"):
        _up(wanted)
    assert service.status(NAME) is None
