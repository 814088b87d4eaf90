"""Roll-ups are exact, the same when they are made again, and never less than what was there."""

import statistics
from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.model import Sample
from forerunner.store import Keep, RollUps, Store, Wanted, files

DAY = 86_400.0
MIDNIGHT = 1_700_006_400.0
NOON = MIDNIGHT + DAY / 2


def gauge(seconds: float, value: float, host: str = "r1") -> Sample:
    return Sample(NOON + seconds, host, "", "cpu_share", value)


def counter(time: float, value: float, metric: str = "if_in_octets") -> Sample:
    return Sample(time, "r1", "to-r2", metric, value)


def rolled(path: Path, *samples: Sample, period: str = "minute"):  # type: ignore[no-untyped-def]
    Store(path).append(samples)
    made = RollUps(path)
    made.roll_up()
    return made.read(period, Wanted())


def test_minutes_and_hours_have_exact_percentiles(tmp_path: Path) -> None:
    values = [float(value * value % 101) for value in range(240)]
    samples = [gauge(10.0 * at, value) for at, value in enumerate(values)]
    minutes = rolled(tmp_path, *samples)
    (hour,) = RollUps(tmp_path).read("hour", Wanted(since=NOON, until=NOON + 1))

    assert [each.count for each in minutes] == [6] * 40
    assert minutes[1].time == NOON + 60
    first = values[:360]
    cuts = statistics.quantiles(first, n=100, method="inclusive")
    assert (hour.count, hour.max, hour.p50) == (240, max(first), statistics.median(first))
    assert hour.p95 == pytest.approx(cuts[94])


def test_a_counter_is_rolled_up_as_its_rate(tmp_path: Path) -> None:
    (one, other) = rolled(tmp_path, *[counter(NOON + 30 * at, 1000.0 * at) for at in range(4)])

    assert (one.metric, one.count, one.mean) == ("if_in_bit_s", 1, 1000 * 8 / 30)
    assert (other.count, other.max) == (2, 1000 * 8 / 30)


@pytest.mark.parametrize(
    ("metric", "before", "after", "rates"),
    [
        ("if_in_octets", 2.0**64 - 4096, 4096.0, [8192 * 8 / 10]),
        ("if_in_errors", 2.0**32 - 10, 10.0, [2.0]),
        ("if_in_octets", 5e9, 100.0, []),
        ("if_in_errors", 2.0**31, 10.0, []),
    ],
)
def test_a_wrap_is_growth_and_a_reset_is_none(
    tmp_path: Path, metric: str, before: float, after: float, rates: list[float]
) -> None:
    made = rolled(tmp_path, counter(NOON, before, metric), counter(NOON + 10, after, metric))
    assert [each.mean for each in made] == rates


def test_no_rate_bridges_a_gap(tmp_path: Path) -> None:
    assert rolled(tmp_path, counter(NOON, 0), counter(NOON + 301, 301)) == []


def test_the_first_rate_of_a_day_begins_the_day_before(tmp_path: Path) -> None:
    made = rolled(tmp_path, counter(MIDNIGHT - 5, 0), counter(MIDNIGHT + 5, 100))
    assert [(each.time, each.mean) for each in made] == [(MIDNIGHT, 80.0)]


def test_made_again_it_is_the_same_and_writes_nothing(tmp_path: Path) -> None:
    Store(tmp_path).append([gauge(0, 1.0)])
    made = RollUps(tmp_path)

    assert (len(made.roll_up()), made.roll_up()) == (2, [])


def test_what_comes_late_makes_its_day_anew_and_no_other(tmp_path: Path) -> None:
    before = rolled(tmp_path, gauge(0, 1.0), gauge(-DAY, 1.0))
    after = rolled(tmp_path, gauge(5, 3.0), gauge(5, 3.0))

    assert [each.mean for each in after] == [1.0, 2.0]
    assert before[0] == after[0]
    assert len(list(tmp_path.glob("rolled/minute/*/*.parquet"))) == 2


def test_merging_samples_changes_no_roll_up(tmp_path: Path) -> None:
    for at in range(files.FAN_IN):
        before = rolled(tmp_path, gauge(at, float(at)))
    Store(tmp_path).compact()
    RollUps(tmp_path).roll_up()
    assert RollUps(tmp_path).read("minute", Wanted()) == before


def test_a_roll_up_that_was_cut_leaves_the_one_before(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    before = rolled(tmp_path, gauge(0, 1.0))
    Store(tmp_path).append([gauge(1, 2.0)])

    def cut(_store: Store, _query: str, _wanted: Wanted, path: Path) -> None:
        path.write_bytes(b"PAR1")
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "copy", cut)
    with pytest.raises(KeyboardInterrupt):
        RollUps(tmp_path).roll_up()
    assert RollUps(tmp_path).read("minute", Wanted()) == before


def test_series_that_are_asked_for_are_all_that_is_read(tmp_path: Path) -> None:
    made = rolled(tmp_path, gauge(0, 1.0), gauge(0, 2.0, "r2"))
    assert [each.host for each in made] == ["r1", "r2"]
    only = RollUps(tmp_path).read("minute", Wanted(hosts=["r2"], metrics=["cpu_share"]))
    assert only == made[1:]


def test_days_go_once_they_are_rolled_up_and_not_before(tmp_path: Path) -> None:
    now, keep = NOON + 20 * DAY, Keep(samples=14, minute=30, hour=60)
    Store(tmp_path).append([gauge(0, 1.0)])
    made = RollUps(tmp_path)

    assert made.forget(keep, now) == []
    made.roll_up()
    assert [each.name for each in made.forget(keep, now)] == ["date=2023-11-15"]
    assert Store(tmp_path).read() == []
    assert [each.mean for each in made.read("minute", Wanted())] == [1.0]
    assert len(made.forget(keep, NOON + 40 * DAY)) == 1
    assert (len(made.read("minute", Wanted())), len(made.read("hour", Wanted()))) == (0, 1)


def test_a_dry_run_says_what_would_be_and_does_nothing(tmp_path: Path) -> None:
    Store(tmp_path).append([gauge(0, 1.0), gauge(-DAY, 1.0)])
    made, now = RollUps(tmp_path), NOON + 20 * DAY

    assert len(made.roll_up(dry=True)) == 4
    assert made.read("hour", Wanted()) == []
    made.roll_up()
    assert len(made.forget(Keep(), now, dry=True)) == 2
    assert len(Store(tmp_path).read()) == 2


def test_all_that_is_old_goes_at_once_and_nothing_comes_back(tmp_path: Path) -> None:
    rolled(tmp_path, gauge(0, 1.0))
    made = RollUps(tmp_path)

    assert len(made.forget(Keep(), NOON + 2000 * DAY)) == 3
    assert (made.roll_up(), made.forget(Keep(), NOON + 2000 * DAY)) == ([], [])
    assert [x for x in tmp_path.rglob("*") if x.is_file()] == []


def test_what_was_quarantined_goes_as_samples_do(tmp_path: Path) -> None:
    Store(tmp_path).append([replace(gauge(0, 5.0), metric="if_oper_status")])

    assert RollUps(tmp_path).forget(Keep(), NOON + DAY) == []
    assert len(RollUps(tmp_path).forget(Keep(), NOON + 20 * DAY)) == 1
    assert Store(tmp_path / "quarantine").read() == []


@pytest.mark.parametrize("kept", [{"samples": 91}, {"hour": 3}, {"samples": 0}])
def test_samples_that_would_outlive_their_roll_ups_are_refused(kept: dict[str, int]) -> None:
    with pytest.raises(InvalidData, match=r"telemetry_rollup_keep: (minute|hour): is"):
        Keep(**kept)


def test_what_comes_for_a_day_that_is_gone_does_not_replace_its_roll_up(tmp_path: Path) -> None:
    now = NOON + 20 * DAY
    rolled(tmp_path, gauge(0, 1.0), gauge(1, 3.0))
    RollUps(tmp_path).forget(Keep(), now)

    after = rolled(tmp_path, gauge(2, 99.0))
    assert [each.max for each in after] == [3.0]
    assert len(RollUps(tmp_path).forget(Keep(), now)) == 1


def test_a_name_is_a_value_and_never_sql(tmp_path: Path) -> None:
    odd = replace(gauge(0, 1.0), host="r'1\" OR true --")
    path = tmp_path / "a'b"
    assert [each.host for each in rolled(path, odd)] == [odd.host]
    assert RollUps(path).read("minute", Wanted(hosts=["r' OR true --"])) == []
