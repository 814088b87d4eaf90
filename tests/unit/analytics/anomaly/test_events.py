"""Alarms become events: one for each fault, with what is behind it in order."""

from analytics.anomaly.events import Alarm, Grouping

BESIDE = {"r1": ["r2"], "r2": ["r1", "r3"], "r3": ["r2"], "r9": []}


def alarm(time: float, device: str = "r1", metric: str = "loss", score: float = 1.0) -> Alarm:
    return Alarm(time, device, metric, score)


def test_alarms_of_one_fault_are_one_event() -> None:
    grouping = Grouping(60.0)
    opened = [grouping.update(at, [alarm(at)]) for at in (0.0, 10.0, 70.0)]

    assert [len(each) for each in opened] == [1, 0, 0]
    assert [(x.begun, x.latest) for x in grouping.open_] == [(0.0, 70.0)]


def test_what_comes_after_the_quiet_is_another_event() -> None:
    grouping = Grouping(60.0)
    grouping.update(0.0, [alarm(0.0)])

    assert [x.begun for x in grouping.update(60.5, [alarm(60.5)])] == [60.5]
    assert len(grouping.open_) == 1


def test_devices_far_apart_are_events_apart() -> None:
    grouping = Grouping(60.0, BESIDE)

    assert len(grouping.update(0.0, [alarm(0.0, "r1"), alarm(0.0, "r9")])) == 2
    assert grouping.update(1.0, [alarm(1.0, "r2")]) == []


def test_an_alarm_between_two_events_makes_them_one() -> None:
    grouping = Grouping(60.0, BESIDE)
    opened = grouping.update(0.0, [alarm(0.0, "r1"), alarm(0.0, "r3")])
    grouping.update(1.0, [alarm(1.0, "r2")])

    (event,) = grouping.open_
    assert event.devices == {"r1", "r2", "r3"}
    assert [each.absorbed for each in opened] in ([False, True], [True, False])


def test_causes_are_ranked_by_score_and_then_by_time() -> None:
    grouping = Grouping(60.0)
    grouping.update(0.0, [alarm(0.0, "r1", "loss", 2.0)])
    grouping.update(5.0, [alarm(5.0, "r2", "rate", 9.0), alarm(5.0, "r3", "rtt", 2.0)])
    grouping.update(6.0, [alarm(6.0, "r1", "loss", 1.0)])

    (event,) = grouping.open_
    assert [x.device for x in event.causes] == ["r2", "r1", "r3"]
    assert event.causes[1].peak == 2.0
