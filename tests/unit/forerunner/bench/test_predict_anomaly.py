"""What the rows of anomalies stand on: windows, alarms, and thresholds of other events."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from forerunner.bench.predict.events_out import Timeline, f1
from forerunner.bench.predict.nab_score import nab_score
from forerunner.bench.predict.nab_series import Labelled, real_series
from forerunner.bench.predict.router_tables import Reading, Stream, stream
from forerunner.errors import InvalidData

SERIES = Labelled("real/one.csv", np.zeros(1000), ((400, 499), (700, 799)))


@pytest.mark.parametrize(
    ("alarms", "low", "high"),
    [
        ([400, 700], 99.9, 100),
        ([450, 700], 90, 99),
        ([400], 49.9, 50.1),
        ([], 0, 0),
        ([600], -6, -1),
        ([300], -2.8, -2.7),
        ([10], 0, 0),
        ([400, 401, 402, 700], 99.9, 100),
    ],
)
def test_early_hits_earn_all_and_false_alarms_cost(
    alarms: list[int], low: float, high: float
) -> None:
    assert low <= nab_score([SERIES], [alarms]) <= high


def test_series_are_read_with_their_windows(tmp_path: Path) -> None:
    _nab(tmp_path, {"realX/a.csv": [["2014-01-01 00:10:00", "2014-01-01 00:20:00"]]})

    (found,) = real_series(tmp_path)

    assert (found.name, found.windows, int(found.labels.sum())) == ("realX/a.csv", ((2, 4),), 3)


def test_a_series_without_a_label_names_the_file_and_the_field(tmp_path: Path) -> None:
    _nab(tmp_path, {})
    with pytest.raises(InvalidData, match=r"combined_windows\.json.*realX/a\.csv.*label it"):
        real_series(tmp_path)


def _nab(directory: Path, windows: dict[str, list[list[str]]]) -> None:
    (directory / "nab" / "labels").mkdir(parents=True)
    (directory / "nab" / "labels" / "combined_windows.json").write_text(json.dumps(windows))
    (directory / "nab" / "data" / "realX").mkdir(parents=True)
    lines = [f"2014-01-01 {at // 12:02}:{at % 12 * 5:02}:00,{at}" for at in range(30)]
    (directory / "nab" / "data" / "realX" / "a.csv").write_text(
        "\n".join(["timestamp,value", *lines])
    )


EVENTS = (1000.0, 2000.0, 3000.0)


def _timeline(peaks: dict[float, float], noise: float = 1.0) -> Timeline:
    time = np.arange(0.0, 3600.0, 10.0)
    scores = np.full(len(time), noise)
    for at, score in peaks.items():
        scores[np.searchsorted(time, at)] = score
    readings = tuple(Reading(float(each), "t", "", {}) for each in time)
    return Timeline(Stream(readings, EVENTS, 3590.0), time, scores)


def test_events_above_all_else_are_found_with_their_delays() -> None:
    judged = _timeline({1020: 9, 2010: 8, 3000: 9}).left_out()

    assert ([x.delay_s for x in judged], sum(x.false for x in judged), f1(judged)) == (
        [20, 10, 0],
        0,
        1.0,
    )


def test_a_threshold_does_not_know_the_event_that_it_judges() -> None:
    judged = _timeline({1020: 90, 2010: 80, 3000: 2}).left_out()

    assert judged[2].delay_s is None, "with its own score in sight, 2 would have been enough"
    assert f1(judged) == pytest.approx(0.8)


def test_what_belongs_to_no_event_is_false_once_however_long_it_lasts() -> None:
    judged = _timeline({1020: 9, 2010: 8, 3000: 9, 1300: 9, 1350: 9, 2600: 9}).left_out()

    assert [x.false for x in judged] == [1, 0, 1]
    assert f1(judged) == pytest.approx(0.75)


def test_tables_are_read_in_order_of_time_and_events_only_where_all_cover_them(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "cisco_mdt_11"
    folder.mkdir()
    _packed(folder / "a.csv.gz", [("", "interface-name", "state")], range(0, 1000, 10))
    _packed(folder / "b.csv.gz", [("ts", "interface", "state")], range(5, 900, 10))
    rows = [("timestamp", "device", "interface"), (100, "r", "i"), (500, "r", "i"), (850, "r", "i")]
    _written(folder / "events.csv.gz", [*rows, (600, "", "")])

    found = stream(tmp_path)

    assert [x.time for x in found.readings[:3]] == [0, 5, 10]
    assert found.readings[0].instance == "one"
    assert (found.until, found.judged) == (895, (500,))
    assert (found.near(95), found.near(845), found.near(700)) == (100, 850, None)


def test_a_table_that_is_cut_names_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "cisco_mdt_11"
    folder.mkdir()
    _packed(folder / "a.csv.gz", [("", "interface-name", "state")], range(0, 100, 10))
    (folder / "a.csv.gz").write_bytes((folder / "a.csv.gz").read_bytes()[:-12])
    with pytest.raises(InvalidData, match=r"a\.csv\.gz.*fetch the set anew"):
        stream(tmp_path)


def _packed(path: Path, head: list[tuple[str, ...]], times: range) -> None:
    _written(path, [*head, *((at, "one", "up") for at in times)])


def _written(path: Path, rows: list[tuple[object, ...]]) -> None:
    with gzip.open(path, "wt", newline="") as handle:
        csv.writer(handle).writerows(rows)
