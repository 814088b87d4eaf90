"""Ways back to a snapshot."""

from hypothesis import given
from hypothesis import strategies as st

from forerunner.dialects import config_tree, frr, frr_snapshot

BEFORE = """frr version 8.4.4
hostname r1
interface to-b
 ip ospf area 0
 ip ospf cost 10
exit
router bgp 65000
 neighbor 10.0.0.2 remote-as 65000
 !
 address-family ipv4 unicast
  network 172.20.1.0/24
 exit-address-family
exit
route-map a permit 10
exit
route-map b permit 10
exit
end
"""


def test_what_is_nobodys_intent_is_put_back_too() -> None:
    now = BEFORE.replace("hostname r1", "hostname other")

    assert frr_snapshot.changes_back(now, BEFORE) == ["hostname r1"]


def test_an_area_goes_before_another_comes() -> None:
    now = BEFORE.replace("area 0", "area 1")

    commands = frr_snapshot.changes_at_once(now, BEFORE)

    assert commands == ["interface to-b", "no ip ospf area 1", "ip ospf area 0"]


def test_sections_in_another_order_are_written_anew_and_no_others() -> None:
    a, b = "route-map a permit 10\nexit\n", "route-map b permit 10\nexit\n"
    now = BEFORE.replace(a + b, b + a)

    assert frr_snapshot.changes_back(now, BEFORE) == []
    assert frr_snapshot.sections_anew(now, BEFORE) == [
        "no route-map b permit 10",
        "no route-map a permit 10",
        "route-map a permit 10",
        "exit",
        "route-map b permit 10",
    ]


def test_the_snapshot_itself_needs_nothing() -> None:
    ways = (frr_snapshot.changes_back, frr_snapshot.changes_at_once, frr_snapshot.sections_anew)

    assert [way(BEFORE, BEFORE) for way in ways] == [[], [], []]


heads = st.sampled_from(["interface a", "router bgp 1", "route-map m permit 10"])
lines = st.lists(st.from_regex(r"[abcd] [0-9]", fullmatch=True), max_size=4, unique=True)
families = st.dictionaries(st.just("address-family ipv4 unicast"), lines, max_size=1)
trees = st.dictionaries(heads, st.tuples(lines, families), max_size=3)


@given(trees)
def test_lines_that_are_written_down_are_read_as_the_same(
    tree: dict[str, tuple[list[str], dict[str, list[str]]]],
) -> None:
    paths: config_tree.Paths = {}
    for head, (own, inner) in tree.items():
        paths[(head,)] = head
        paths |= {(head, line): line for line in own}
        for family, inside in inner.items():
            paths[head, family] = family
            paths |= {(head, family, line): line for line in inside}

    assert frr.parse(config_tree.text(paths, frr.GRAMMAR)) == paths


def test_only_the_chosen_lines_are_brought_over() -> None:
    have = frr.parse("interface a\n cost 1\n timer 1\n extra 1\nexit\n")
    want = frr.parse("interface a\n cost 2\n timer 2\nexit\n")

    merged = config_tree.merged(have, want, lambda path: path[-1].startswith("timer"))

    assert list(merged) == [
        ("interface a",),
        ("interface a", "cost 1"),
        ("interface a", "extra 1"),
        ("interface a", "timer 2"),
    ]
