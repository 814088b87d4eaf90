"""Geometry of the report's pictures."""

from forerunner.demo import chart
from forerunner.topology import Topology


def test_an_axis_keeps_values_inside() -> None:
    axis = chart.Axis(0, 10, 100, 200)
    assert [axis.at(value) for value in (-5, 0, 5, 10, 99)] == [100, 100, 150, 200, 200]


def test_ticks_are_multiples_of_the_step() -> None:
    assert chart.Axis(-2, 11, 0, 130).ticks(5) == [(20.0, "0"), (70.0, "5"), (120.0, "10")]


def test_losses_are_added_up_by_half_second() -> None:
    losses = [(0.1, 1), (0.4, 2), (0.5, 4), (9.0, 0), (50.0, 7)]
    assert chart.buckets(losses, horizon_s=10) == [(0.0, 3), (0.5, 4)]


def test_every_router_has_a_place_of_its_own() -> None:
    links = [
        {"ends": ["r1", "r2"], "subnet": "10.0.0.0/30", "capacity": 1, "cost": 1},
        {"ends": ["r2", "r3"], "subnet": "10.0.0.4/30", "capacity": 1, "cost": 1},
    ]
    places = chart.places(Topology.from_data(links))
    assert sorted(places) == ["r1", "r2", "r3"]
    assert len(set(places.values())) == 3
