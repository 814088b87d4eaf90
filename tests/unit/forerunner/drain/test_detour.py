"""Where a link's traffic goes, and who probes there."""

from forerunner.drain.detour import detour, probe_from
from forerunner.topology import Topology

LAB = [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (1, 6), (1, 3)]


def topology(*pairs: tuple[int, int]) -> Topology:
    return Topology.from_data(
        {"ends": [f"r{a}", f"r{b}"], "subnet": f"10.1.{a}{b}.0/30", "capacity": 1e9, "cost": 10}
        for a, b in pairs
    )


def test_the_detour_of_a_triangle_is_its_other_two_sides() -> None:
    net = topology((1, 2), (2, 3), (1, 3))
    names = {way.link for way in detour(net, net.link("r1:r3"), {})}
    assert names == {"r1:r2", "r2:r3"}


def test_equal_paths_are_all_part_of_the_detour() -> None:
    net = topology(*LAB)
    names = {way.link for way in detour(net, net.link("r1:r3"), {})}
    assert names == {"r1:r2", "r2:r3", "r3:r4", "r4:r5", "r5:r6", "r1:r6"}


def test_a_dearer_way_is_no_part_of_the_detour() -> None:
    net = topology((1, 2), (2, 3), (1, 3), (1, 4), (3, 4))
    costs = {"r1>r4": 100, "r4>r1": 100, "r3>r4": 100, "r4>r3": 100}
    names = {way.link for way in detour(net, net.link("r1:r3"), costs)}
    assert names == {"r1:r2", "r2:r3"}


def test_each_link_is_probed_once_and_from_the_ends_where_they_touch_it() -> None:
    net = topology(*LAB)
    link = net.link("r1:r3")
    plan = probe_from(detour(net, link, {}), link.ends)
    probed = [way.link for ways in plan.values() for way in ways]
    assert sorted(probed) == ["r1:r2", "r1:r6", "r2:r3", "r3:r4", "r4:r5", "r5:r6"]
    assert set(plan) == {"r1", "r3", "r5"}


def test_who_probes_sends_from_its_own_address() -> None:
    net = topology((1, 2), (2, 3), (1, 3))
    plan = probe_from(detour(net, net.link("r1:r3"), {}), ("r1", "r3"))
    assert [(way.host, way.address, way.peer_address) for way in plan["r3"]] == [
        ("r3", "10.1.23.2", "10.1.23.1")
    ]
