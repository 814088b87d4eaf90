"""From the store to events: what is violated or unknown is noted, once for the same samples."""

from pathlib import Path as File

import pytest

from forerunner import sla
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.model import Sample
from forerunner.store import Store

NOW = 1_700_000_000.0
TERMS = sla.Terms(samples=3, violations=2, stale_s=1000.0)
CLASSES = [
    {"name": "gold", "loss": 0.01, "latency_ms": 10, "jitter_ms": 1, "throughput_mbit_s": 40}
]
PATHS = [
    {"source": "h1", "target": "h2", "sla_class": "gold"},
    {"source": "h1", "target": "h3", "sla_class": "gold"},
]
FINE = {
    "path_loss_share": 0.0,
    "path_rtt_p95_s": 0.019,
    "path_jitter_s": 0.0009,
    "speed_tcp_bit_s": 41e6,
}


@pytest.fixture
def store(tmp_path: File) -> Store:
    return Store(tmp_path / "telemetry")


def measured(
    store: Store, target: str = "h2", ages: tuple[int, ...] = (200, 100, 0), **values: float
) -> None:
    some = FINE | values
    store.append(
        Sample(NOW - age, "h1", f"to:{target}", metric, value)
        for age in ages
        for metric, value in some.items()
    )


def judged(store: Store, paths: int = 1, now: float = NOW) -> list[sla.Judged]:
    return sla.check(store, sla.paths_from_data(PATHS[:paths], CLASSES), TERMS, now)


def kinds(found: list[sla.Judged], now: float = NOW) -> list[str]:
    return [each.kind for each in sla.events(found, now)]


def test_a_path_that_keeps_to_all_of_it_is_no_event(store: Store) -> None:
    measured(store)
    found = judged(store)
    assert [each.state for each in found] == ["kept"] * 4
    assert kinds(found) == []
    assert sla.device_results(found, ["h1"])["h1"].status == "ok"


@pytest.mark.parametrize(
    ("kind", "metric", "value"),
    [
        ("sla.loss", "path_loss_share", 0.02),
        # A promise is one way, and what is measured is there and back.
        ("sla.latency", "path_rtt_p95_s", 0.021),
        ("sla.jitter", "path_jitter_s", 0.0011),
        ("sla.throughput", "speed_tcp_bit_s", 39e6),
    ],
)
def test_each_violation_has_its_kind(store: Store, kind: str, metric: str, value: float) -> None:
    measured(store, **{metric: value})
    found = judged(store)
    assert kinds(found) == [kind]
    result = sla.device_results(found, ["h1", "h2"])
    assert (result["h1"].status, result["h2"].status) == ("failed", "ok")
    assert "is violated, 3 of 3 samples are bad" in result["h1"].message


def test_what_was_never_measured_is_unknown_and_fails(store: Store) -> None:
    found = judged(store)
    assert kinds(found) == ["sla.unknown"] * 4
    assert sla.device_results(found, ["h1"])["h1"].status == "failed"


def test_one_target_says_nothing_of_another(store: Store) -> None:
    measured(store, "h3", path_loss_share=0.5)
    found = judged(store, paths=2)
    states = {(each.path.target, each.quantity): each.state for each in found}
    assert states["h2", "loss"] == "unknown"
    assert states["h3", "loss"] == "violated"


def test_events_are_noted_once_for_the_same_samples(store: Store, tmp_path: File) -> None:
    book = EventBook(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"), TERMS.stale_s)
    measured(store, path_loss_share=0.5)
    for later in (0.0, 60.0):
        book.note(list(sla.events(judged(store, now=NOW + later), NOW + later)))
    (event,) = book.newest()
    assert (event.kind, event.host, event.interface) == ("sla.loss", "h1", "to:h2")
    assert (event.severity, event.time) == ("error", NOW)
    assert event.details["values"] == [0.5, 0.5, 0.5]


def test_a_violation_that_lasts_is_one_incident(store: Store, tmp_path: File) -> None:
    book = EventBook(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"), TERMS.stale_s)
    measured(store, path_loss_share=0.5)
    book.note(list(sla.events(judged(store), NOW)))
    measured(store, ages=(-900,), path_loss_share=0.6)
    book.note(list(sla.events(judged(store, now=NOW + 900), NOW + 900)))
    (incident,) = book.incidents()
    assert (incident.kind, incident.count) == ("sla.loss", 2)


def test_a_violation_is_open_until_its_samples_say_nothing_any_more(
    store: Store, tmp_path: File
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    measured(store, path_loss_share=0.5)
    EventBook(database, TERMS.stale_s).note(list(sla.events(judged(store), NOW)))

    still, over = (EventBook(database).open_by_severity(NOW + at)["error"] for at in (900, 1100))
    assert (still, over) == (1, 0)


@pytest.mark.parametrize("ages", [(), (5000, 3000)])
def test_what_stays_unknown_is_one_incident_that_stays_open(
    store: Store, tmp_path: File, ages: tuple[int, ...]
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    measured(store, ages=ages)
    for later in range(0, 6000, 300):
        found = judged(store, now=NOW + later)
        events = sla.events(found, NOW + later, TERMS.stale_s)
        EventBook(database, TERMS.stale_s).note(list(events))
        assert EventBook(database).open_by_severity(NOW + later)["warning"] == 1
    (incident,) = EventBook(database).incidents()
    assert incident.begun == NOW
    assert incident.count < 4 * 14


def test_a_report_names_the_worst_path_first(store: Store) -> None:
    measured(store)
    measured(store, "h3", path_loss_share=0.5)
    report = sla.facts(judged(store, paths=2))
    assert [(row["name"], row["state"]) for row in report["devices"]] == [
        ("h1>h3", "violated"),
        ("h1>h2", "kept"),
    ]
    assert report["counts"] == {"violated": 1, "kept": 1}
