"""Windows keep to the clock on the wall, through every change of that clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner.gate.windows import Freeze, Maintenance, instant

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    BERLIN,
    ZoneInfo("UTC"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),  # half an hour
    ZoneInfo("America/Sao_Paulo"),  # jumped at midnight, until 2019
    ZoneInfo("Africa/Casablanca"),  # negative summer time
]
# The nights around Berlin's changes of 2026: 29 March (02 to 03), 25 October (03 to 02).
MARCH, OCTOBER = date(2026, 3, 29), date(2026, 10, 25)

zones = st.sampled_from(ZONES)
walls = st.datetimes(*map(datetime.fromisoformat, ("2015-01-01", "2030-01-01"))).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)


def at(wall: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def window(start: str, end: str, *days: int) -> Maintenance:
    return Maintenance(
        frozenset(days or range(7)), time.fromisoformat(start), time.fromisoformat(end)
    )


@pytest.mark.parametrize(
    ("wall", "hours"),
    [("2026-03-28T22:00", 5), ("2026-10-24T22:00", 7), ("2026-06-01T22:00", 6)],
)
def test_a_window_over_a_change_is_as_long_as_the_clock_says(wall: str, hours: int) -> None:
    opens, closes = window("22:00", "04:00").instants(datetime.fromisoformat(wall).date(), BERLIN)
    assert (opens, closes - opens) == (at(wall), timedelta(hours=hours))


def test_a_window_that_opens_in_the_hour_that_spring_takes_opens_at_the_jump() -> None:
    opens, closes = window("02:30", "05:00").instants(MARCH, BERLIN)
    assert (opens, closes) == (at("2026-03-29T03:00"), at("2026-03-29T05:00"))


def test_a_window_within_the_hour_that_spring_takes_never_opens() -> None:
    opens, closes = window("02:10", "02:50").instants(MARCH, BERLIN)
    assert opens == closes
    assert not window("02:10", "02:50").holds(opens, BERLIN)


def test_a_window_in_the_hour_that_comes_twice_closes_at_the_first_of_two_ends() -> None:
    opens, closes = window("02:00", "02:30").instants(OCTOBER, BERLIN)
    assert (opens, closes) == (at("2026-10-25T02:00", 0), at("2026-10-25T02:30", 0))
    assert not window("02:00", "02:30").holds(at("2026-10-25T02:15", 1), BERLIN)


def test_a_freeze_in_the_hour_that_comes_twice_lasts_to_the_second_of_two_ends() -> None:
    data = {"start": "2026-10-25T02:00", "end": "2026-10-25T02:30", "reason": "x"}
    begins, ends = Freeze.from_data(data, "test").instants(BERLIN)
    assert (begins, ends) == (at("2026-10-25T02:00", 0), at("2026-10-25T02:30", 1))


def test_a_window_of_sunday_night_is_open_on_monday_morning_and_not_on_sunday_morning() -> None:
    sunday = window("22:00", "04:00", 6)
    assert sunday.holds(at("2026-06-08T03:59"), BERLIN)
    assert not sunday.holds(at("2026-06-08T04:00"), BERLIN)
    assert not sunday.holds(at("2026-06-07T03:00"), BERLIN)


@settings(max_examples=200, deadline=None)
@given(walls, zones, st.booleans())
def test_an_instant_shows_its_wall_time_or_is_the_jump_over_it(wall, zone, last) -> None:
    found = instant(wall, zone, last)
    shown = found.astimezone(zone).replace(tzinfo=None)
    if shown != wall:
        before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < wall < shown


@settings(max_examples=200, deadline=None)
@given(walls, zones)
def test_of_two_instants_of_one_wall_time_the_first_is_not_after_the_last(wall, zone) -> None:
    first, last = instant(wall, zone), instant(wall, zone, last=True)
    assert timedelta(0) <= last - first <= timedelta(hours=1)


times = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@settings(max_examples=200, deadline=None)
@given(walls, zones, times, times, st.sets(st.integers(0, 6), min_size=1))
def test_a_window_is_open_exactly_from_its_opening_to_its_close(
    wall, zone, start, end, days
) -> None:
    kept, now = Maintenance(frozenset(days), start, end), wall.replace(tzinfo=UTC)
    opens = kept.next_opening(now, zone)
    assert opens > now
    day = opens.astimezone(zone).date()
    spans = [kept.instants(day + timedelta(days=x), zone) for x in range(-2, 2)]
    for opening, closing in spans:
        if opening < closing and opening.astimezone(zone).weekday() in days:
            assert kept.holds(opening, zone)
            assert kept.holds(closing - timedelta(seconds=1), zone)
    assert opens - now <= timedelta(days=8)


@settings(max_examples=100, deadline=None)
@given(walls, walls, zones)
def test_a_freeze_never_shrinks_below_its_wall_times(one, two, zone) -> None:
    start, end = sorted([one, two])
    begins, ends = Freeze(start, end, "x").instants(zone)
    assert begins <= ends
    for fold in (0, 1):
        inside = (start.replace(tzinfo=zone, fold=fold)).astimezone(UTC)
        if start < end:
            assert begins <= inside


def test_the_gate_keeps_to_freezes_and_windows_of_those_whom_they_bind(site) -> None:
    site.now = at("2026-06-03T12:00").timestamp()
    evening = [{"days": ["wed"], "start": "22:00", "end": "04:00"}]
    assert "opens at Wed 2026-06-03 22:00 CEST" in site.refused("r1", maintenance_windows=evening)
    site.admit("r1", maintenance_windows=evening, entrance="prediction")
    site.now = at("2026-06-04T03:00").timestamp()
    site.admit("r1", maintenance_windows=evening)
    frozen = [{"start": "2026-06-01T00:00", "end": "2026-06-05T00:00", "reason": "the race"}]
    assert "the race" in site.refused("r1", freezes=frozen)
    site.now = at("2026-06-05T00:00").timestamp()
    site.admit("r1", freezes=frozen)
