"""A fault that shows in several tables is one event with its causes; one table alone is none."""

from analytics.anomaly import AnomalyEvent
from analytics.anomaly.network import NetworkAnomalies
from analytics.anomaly.tables import Row

BESIDE = {"r1": ["r2"], "r2": ["r1", "r3"], "r3": ["r2"], "r9": []}
POLL_S = 5.0


def _polled(polls: int = 1000) -> NetworkAnomalies:
    network = NetworkAnomalies(BESIDE)
    for at in range(polls):
        assert _poll(network, at * POLL_S) == []
    return network


def _poll(network: NetworkAnomalies, time: float, down: tuple[str, ...] = ()) -> list[AnomalyEvent]:
    opened = []
    for device in BESIDE:
        state, neighbours = ("down", 0) if device in down else ("up", 2)
        counted = {"octets": time, "state": state}
        opened += network.update(Row(time, device, "interfaces", "eth0", counted))
        opened += network.update(Row(time, device, "neighbours", "", {"full": neighbours}))
    return opened


def test_a_link_that_fails_is_one_event_of_both_its_ends() -> None:
    network = _polled()

    (event,) = _poll(network, 5000.0, down=("r1", "r2"))
    later = _poll(network, 5005.0, down=("r1", "r2"))

    assert event.devices == {"r1", "r2"}
    assert {(x.device, x.metric) for x in event.causes} == {
        (device, metric) for device in ("r1", "r2") for metric in ("state eth0", "full")
    }
    assert later == []


def test_one_device_alone_with_two_tables_is_below_the_threshold() -> None:
    assert _poll(_polled(), 5000.0, down=("r9",)) == []


def test_devices_that_are_not_linked_do_not_add_up() -> None:
    assert _poll(_polled(), 5000.0, down=("r1", "r9")) == []


def test_what_lies_further_apart_than_the_span_does_not_coincide() -> None:
    network = _polled()

    assert _poll(network, 5000.0, down=("r1",)) == []
    assert _poll(network, 5035.0, down=("r1", "r2")) == []


def test_what_changes_all_the_time_is_never_an_event() -> None:
    network = NetworkAnomalies(BESIDE)
    flapping = [
        _poll(network, at * POLL_S, down=("r1", "r2") if at % 2 else ()) for at in range(300)
    ]

    assert not any(flapping)


def test_too_little_history_says_nothing() -> None:
    assert _poll(_polled(20), 100.0, down=("r1", "r2")) == []


def test_what_is_remembered_does_not_grow() -> None:
    network = _polled(100)
    for at in range(100, 3000):
        _poll(network, at * POLL_S, down=("r9",) if at % 25 == 0 else ())

    assert max(len(each) for each in network._latest.values()) <= 4
