"""A link that fails is one event of the service, and what traffic moves is none."""

from forerunner.collect.poll import COLUMNS, Answer
from forerunner.collect.session import Target
from forerunner.collect.vitals import Reading
from forerunner.model import Event
from forerunner.observe.unusual import KIND, Unusual
from forerunner.topology import Topology

LINKS = Topology.from_data(
    [
        {"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10},
        {"ends": ["r3", "r4"], "subnet": "10.1.34.0/30", "capacity": 1e9, "cost": 10},
    ]
)
NEAR = {"r1": ("to-r3",), "r3": ("to-r1", "to-r4"), "r4": ("to-r3",)}
POLL_S = 5.0


def _target(host: str) -> Target:
    return Target(host, "192.0.2.1")


def _polled(unusual: Unusual, at: int, down: tuple[str, ...] = ()) -> list[Event]:
    """Poll all routers once; `down` are the names of interfaces that are."""
    found = []
    for host, interfaces in NEAR.items():
        values = [
            0.0 if name == "if_oper_status" and f"{host} {interface}" in down else
            1.0 if name == "if_oper_status" else
            float(at) if "octets" in name or "packets" in name else 0.0
            for interface in interfaces
            for name in COLUMNS
        ]  # fmt: skip
        time = at * POLL_S
        answer = Answer(_target(host), time, True, 1.0, False, interfaces, tuple(values))
        states = {
            (f"10.9.{host[1:]}.{number}", "ospf_neighbour_state"): 8.0
            for number, interface in enumerate(interfaces)
            if f"{host} {interface}" not in down
        }
        reading = Reading(_target(host), time, True, states, frozenset(["ospf"]))
        found += [*unusual.answered(answer), *unusual.read(reading)]
    return found


def _watched(polls: int = 400) -> Unusual:
    unusual = Unusual(LINKS)
    for at in range(polls):
        assert _polled(unusual, at) == []
    return unusual


def test_a_link_that_fails_is_one_event_with_both_ends_and_its_causes() -> None:
    unusual = _watched()

    (event,) = _polled(unusual, 400, down=("r1 to-r3", "r3 to-r1"))
    later = _polled(unusual, 401, down=("r1 to-r3", "r3 to-r1"))

    assert (event.kind, event.severity, later) == (KIND, "warning", [])
    assert event.details["devices"] == ["r1", "r3"]
    assert {x["metric"] for x in event.details["causes"]} <= {
        "if_oper_status to-r3", "if_oper_status to-r1", "ospf rows",
    }  # fmt: skip
    Event.from_dict(event.to_dict(), "event")


def test_one_interface_that_goes_down_alone_is_left_to_its_own_event() -> None:
    assert _polled(_watched(), 400, down=("r4 to-r3",)) == []


def test_a_device_that_does_not_answer_says_nothing_of_its_neighbours() -> None:
    unusual = _watched()
    silent = Reading(_target("r1"), 2000.0, up=False)

    assert unusual.read(silent) == []
    assert unusual.answered(Answer(_target("r1"), 2000.0, False)) == []
