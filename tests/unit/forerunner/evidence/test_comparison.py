"""The inventory's links against what routers see: what is so is not told, all else is."""

from dataclasses import replace
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.arp import Heard
from forerunner.evidence import Announced, Neighbour, Port, Seen, compare, observe
from forerunner.topology import Link, Topology

Views = dict[str, Seen | None]
RING = Topology(
    tuple(
        Link(ends, f"10.1.{n}.0/30", 1e9, 10)
        for n, ends in enumerate((("r1", "r2"), ("r2", "r3"), ("r1", "r3")))
    )
)
IDS = {"r1": "10.0.0.1", "r2": "10.0.0.2", "r3": "10.0.0.3", "r4": "10.0.0.4"}


def seen_of(topology: Topology, ids: dict[str, str]) -> Views:
    """Return what routers say when all is as it is meant."""
    database = tuple(
        Announced(ids[way.host], way.address, ids[way.peer], link.cost)
        for link in topology.links
        for way in link.directions
    )
    macs = {
        (way.host, way.interface): f"02:00:00:00:{n:02x}:{m:02x}"
        for n, link in enumerate(topology.links)
        for m, way in enumerate(link.directions)
    }
    views: Views = {}
    for name in topology.routers:
        ways = [(way, x) for x in topology.links for way in x.directions if way.host == name]
        ports = {
            way.interface: Port(
                n, "up", (f"{way.address}/{IPv4Network(link.subnet).prefixlen}",),
                macs[name, way.interface], link.cost,
            )
            for n, (way, link) in enumerate(ways, 2)
        }  # fmt: skip
        ports["lo"] = Port(1, "up", (f"{ids[name]}/32",), "", 0)
        neighbours = tuple(
            Neighbour(way.interface, ids[way.peer], way.peer_address, "full") for way, _ in ways
        )
        heard = tuple(
            Heard(n, way.peer_address, macs[way.peer, f"to-{name}"])
            for n, (way, _) in enumerate(ways, 2)
        )
        views[name] = Seen(ids[name], ports, neighbours, database, heard)
    return views


def ring() -> dict[str, Seen]:
    return {name: seen for name, seen in seen_of(RING, IDS).items() if seen is not None}


def with_port(seen: Seen, interface: str, **changed: object) -> Seen:
    port = replace(seen.ports[interface], **changed)  # type: ignore[arg-type]
    return replace(seen, ports={**seen.ports, interface: port})


def without(seen: Seen, interface: str) -> Seen:
    return replace(
        seen, neighbours=tuple(x for x in seen.neighbours if x.interface != interface)
    )  # fmt: skip


def told(views: Views) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.kind, each.subject, each.routers) for each in compare(RING, views, IDS)]


def test_what_is_as_stated_differs_in_nothing() -> None:
    assert told({**ring()}) == []


def test_a_link_that_is_shut_is_missing_and_it_is_said_why() -> None:
    views = ring()
    views["r1"] = with_port(without(views["r1"], "to-r2"), "to-r2", state="shut down")
    views["r2"] = with_port(without(views["r2"], "to-r1"), "to-r1", state="down")

    (found,) = compare(RING, {**views}, IDS)

    assert (found.kind, found.subject, found.routers) == ("missing link", "r1:r2", ("r1", "r2"))
    assert found.message == "r1 to-r2 is shut down; r2 to-r1 is down"


def test_an_adjacency_that_one_end_alone_tells_is_one_sided() -> None:
    views = ring()
    views["r2"] = without(views["r2"], "to-r1")

    assert told({**views}) == [("one-sided adjacency", "r1:r2", ("r1", "r2"))]


def test_a_router_that_cannot_be_asked_makes_no_link_missing() -> None:
    views: Views = {**ring(), "r2": None}

    assert told(views) == []
    assert ("r2", "10.1.0.2", 10) in {
        (end.router, end.address, end.cost)
        for each in observe(views, IDS).adjacencies
        for end in each.ends
    }


def test_a_link_between_routers_that_cannot_be_asked_is_missing_where_the_area_lacks_it() -> None:
    views: Views = {**ring(), "r1": None, "r2": None}
    assert told(views) == []
    kept = views["r3"]
    assert kept is not None
    known = tuple(x for x in kept.database if {x.router_id, x.neighbour} != {IDS["r1"], IDS["r2"]})
    views["r3"] = replace(kept, database=known)

    assert told(views) == [("missing link", "r1:r2", ("r1", "r2"))]


def test_an_adjacency_that_nobody_stated_is_told_of_by_name_or_by_identifier() -> None:
    views = ring()
    stranger = Neighbour("lo", "192.0.2.9", "192.0.2.9", "full")
    views["r1"] = replace(views["r1"], neighbours=(*views["r1"].neighbours, stranger))

    assert told({**views}) == [("unexpected link", "192.0.2.9:r1", ("r1",))]


def test_a_link_at_another_interface_is_told_of_once_by_its_adjacency() -> None:
    views = ring()
    seen = views["r1"]
    ports = {("eth9" if name == "to-r2" else name): port for name, port in seen.ports.items()}
    neighbours = tuple(
        replace(x, interface="eth9") if x.interface == "to-r2" else x for x in seen.neighbours
    )
    views["r1"] = replace(seen, ports=ports, neighbours=neighbours)

    kinds = {(kind, subject) for kind, subject, _ in told({**views})}

    assert kinds == {("wrong interface", "r1:r2")}


def test_another_address_is_a_wrong_subnet() -> None:
    views = ring()
    views["r1"] = with_port(views["r1"], "to-r2", addresses=("10.9.9.1/30",))

    (found,) = [x for x in compare(RING, {**views}, IDS) if x.kind == "wrong subnet"]

    assert found.message == "r1 to-r2 has 10.9.9.1/30, should be 10.1.0.1/30"


def test_another_cost_is_told_of_its_end_alone_and_a_drained_link_is_not() -> None:
    views = ring()
    views["r1"] = with_port(views["r1"], "to-r2", cost=77)
    views["r3"] = with_port(views["r3"], "to-r2", cost=65535)

    assert told({**views}) == [("wrong cost", "r1:r2", ("r1",))]


def test_one_identifier_or_address_of_two_is_told_of_both() -> None:
    views = ring()
    views["r3"] = replace(
        views["r3"],
        router_id=IDS["r2"],
        ports={**views["r3"].ports, "lo": Port(1, "up", ("10.0.0.2/32",), "", 0)},
    )

    found = set(told({**views}))

    assert ("duplicate router id", "10.0.0.2", ("r2", "r3")) in found
    assert ("duplicate address", "10.0.0.2", ("r2", "r3")) in found


def test_arp_tells_another_cable_and_a_second_holder_of_an_address() -> None:
    views = ring()
    there = views["r3"].ports["to-r2"].mac
    crossed = tuple(replace(x, mac=there) if x.index == 2 else x for x in views["r1"].heard)
    views["r1"] = replace(views["r1"], heard=crossed)
    alien = tuple(replace(x, mac="02:ff:ff:ff:ff:ff") for x in views["r3"].heard if x.index == 2)
    views["r3"] = replace(views["r3"], heard=alien)

    assert told({**views}) == [
        ("duplicate address", "10.1.1.1", ("r3",)),
        ("wrong interface", "r1:r2", ("r1",)),
    ]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Topology, dict[str, str]]:
    names = [f"n{n}" for n in range(draw(st.integers(2, 7)))]
    pairs = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :]]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=12, unique=True))
    links = [
        Link(ends, f"10.{n}.0.{4 * draw(st.integers(0, 9))}/{draw(st.sampled_from((30, 31)))}",
             1e9, draw(st.integers(1, 65534)))
        for n, ends in enumerate(chosen)
    ]  # fmt: skip
    return Topology(tuple(links)), {name: f"10.255.0.{n}" for n, name in enumerate(names, 1)}


@given(networks(), st.data())
def test_of_any_network_exactly_what_was_broken_is_told(
    network: tuple[Topology, dict[str, str]], data: st.DataObject
) -> None:
    topology, ids = network
    views = seen_of(topology, ids)
    assert compare(topology, views, ids) == []
    link = data.draw(st.sampled_from(topology.links))
    for way in link.directions:
        seen = views[way.host]
        assert seen is not None
        views[way.host] = without(seen, way.interface)

    (found,) = compare(topology, views, ids)

    assert (found.kind, found.subject) == ("missing link", link.name)
    assert set(found.routers) == set(link.ends)


@given(networks(), st.data())
def test_the_order_of_the_answers_does_not_matter(
    network: tuple[Topology, dict[str, str]], data: st.DataObject
) -> None:
    topology, ids = network
    views = seen_of(topology, ids)
    asked = data.draw(st.sets(st.sampled_from(sorted(views))))
    some: Views = {name: views[name] if name in asked else None for name in views}
    mixed = {name: some[name] for name in data.draw(st.permutations(sorted(some)))}

    assert observe(mixed, ids).to_dict() == observe(some, ids).to_dict()
    assert compare(topology, mixed, ids) == compare(topology, some, ids)
