"""Each topology is kept once, with the time from which on it was seen."""

from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.errors import ForerunnerError
from forerunner.evidence import Adjacency, End, History, Observation
from forerunner.evidence.history import changed

LINK = Adjacency(
    (End("r1", "to-r2", "10.1.12.1", 10), End("r2", "to-r1", "10.1.12.2", 10)), ("r1", "r2")
)
SEEN = Observation({"r1": "10.0.0.1", "r2": "10.0.0.2"}, (LINK,))
CUT = replace(SEEN, adjacencies=())


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def test_what_was_seen_before_is_not_written_again(history: History, tmp_path: Path) -> None:
    kept = [history.keep(each, at) for at, each in enumerate((SEEN, SEEN, CUT, SEEN), 100)]

    assert kept == [True, False, True, True]
    assert [each.time for each in history.changes()] == [100, 102, 103]
    assert len([*tmp_path.glob("?" * 64 + ".json")]) == 2
    assert history.checked() == 103


def test_a_time_has_the_topology_that_was_seen_last(history: History) -> None:
    history.keep(SEEN, 100.0)
    history.keep(CUT, 200.0)

    assert [history.at(at)[1] for at in (100.0, 199.9, 200.0, None)] == [SEEN, SEEN, CUT, CUT]
    with pytest.raises(ForerunnerError, match="nobody had looked"):
        history.at(99.0)


def test_without_any_look_the_command_is_named(history: History) -> None:
    with pytest.raises(ForerunnerError, match="check_topology"):
        history.at()


@pytest.mark.parametrize("content", ["{", "{}", '{"routers": {}, "adjacencies": []}'])
def test_what_was_altered_is_not_believed(history: History, tmp_path: Path, content: str) -> None:
    history.keep(SEEN, 100.0)
    (tmp_path / f"{history.changes()[0].hash}.json").write_text(content)

    with pytest.raises(ForerunnerError):
        history.at()


def test_changes_are_told_by_link() -> None:
    ends = (replace(LINK.ends[0], cost=77), LINK.ends[1])
    dearer = replace(SEEN, adjacencies=(Adjacency(ends, LINK.told),))

    assert changed(SEEN, SEEN) == []
    assert changed(SEEN, CUT) == ["- r1 to-r2 - r2 to-r1"]
    assert changed(CUT, SEEN) == ["+ r1 to-r2 - r2 to-r1"]
    (line,) = changed(SEEN, dearer)
    assert line.endswith("cost 10/10, told by r1, r2 -> cost 77/10, told by r1, r2")
    lost = replace(SEEN, routers={"r1": None, "r3": "10.0.0.3"})
    assert changed(SEEN, lost) == [
        "~ r1: 10.0.0.1 -> not asked", "~ r2: 10.0.0.2 -> absent", "~ r3: absent -> 10.0.0.3"
    ]  # fmt: skip
