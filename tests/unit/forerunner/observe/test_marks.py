"""Every gap in the observing is marked, whether the service ended or was killed."""

from pathlib import Path

from forerunner.model import Sample
from forerunner.observe import marks
from forerunner.store import Store

NOW = 1_700_050_000.0
HOSTS = ("r1", "r2")


def _polled(time: float, host: str) -> Sample:
    return Sample(time, host, "", "snmp_up", 1.0)


def test_who_was_killed_is_marked_where_each_device_was_stored_last(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(marks.begun(HOSTS, NOW))
    store.append([_polled(NOW + 5, "r1"), _polled(NOW + 7, "r2"), _polled(NOW + 99, "r9")])

    found = marks.cut(store, HOSTS, NOW + 60)
    assert {each.host: (each.time, each.value) for each in found} == {
        "r1": (NOW + 5.001, 0.0),
        "r2": (NOW + 7.001, 0.0),
    }
    store.append(found)
    assert marks.cut(store, HOSTS, NOW + 61) == []


def test_what_the_slow_path_stored_meanwhile_was_not_observed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append([*marks.begun(["r1"], NOW), _polled(NOW + 5, "r1")])
    slow = [("ssh_up", ""), ("if_in_octets", "eth0"), ("path_loss_share", "to:r2")]
    store.append([Sample(NOW + 40, "r1", part, metric, 1.0) for metric, part in slow])

    (mark,) = marks.cut(store, ["r1"], NOW + 60)
    assert (mark.time, mark.value) == (NOW + 5.001, 0.0)


def test_who_was_killed_at_once_is_marked_behind_his_begin(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append(marks.begun(["r1"], NOW))
    store.append(marks.cut(store, ["r1"], NOW + 60))
    assert [(each.time, each.value) for each in store.read()] == [(NOW, 1.0), (NOW + 0.001, 0.0)]


def test_who_ended_owes_no_mark(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append([*marks.begun(HOSTS, NOW), *marks.ended(HOSTS, NOW + 5)])
    assert marks.cut(store, HOSTS, NOW + 60) == []


def test_an_empty_store_has_no_gap(tmp_path: Path) -> None:
    assert marks.cut(Store(tmp_path), HOSTS, NOW) == []
