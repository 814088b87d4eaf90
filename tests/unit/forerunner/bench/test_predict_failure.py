"""Windows of alarms are read out of all files, by the alarms' names, and repeats go."""

from pathlib import Path

import pytest

from forerunner.bench.predict.alarm_windows import windows
from forerunner.errors import InvalidData


def _written(directory: Path, **files: str) -> Path:
    folder = directory / "microwave_hw_failure"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return directory


def test_all_files_are_read_by_the_names_of_their_alarms(tmp_path: Path) -> None:
    one, other = "a,b,label\n1,2,IDU\n3,0,ODU\n", "b,c,label\n5,6,cable\n0.0,9,IDU\n"
    found = windows(_written(tmp_path, one=one, other=other))

    assert found.alarms == ("a", "b", "c")
    assert found.seconds.tolist() == [[1, 2, 0], [3, 0, 0], [0, 5, 6], [0, 0, 9]]
    assert found.causes.tolist() == ["IDU", "ODU", "cable", "IDU"]


def test_a_repeat_in_another_file_is_dropped_and_another_cause_is_none(tmp_path: Path) -> None:
    one, other = "a,label\n1,IDU\n1,ODU\n", "a,label\n1.0,IDU\n2,IDU\n"
    found = windows(_written(tmp_path, one=one, other=other))

    assert found.causes.tolist() == ["IDU", "ODU", "IDU"]
    assert found.repeats == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,IDU\n", "two.csv: b: is no label"),
        ("a,label\nx,IDU\n", "two.csv: is no table of seconds|two.csv.*is no table of seconds"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidData, match=said):
        windows(_written(tmp_path, one="a,label\n1,IDU\n", two=text))
