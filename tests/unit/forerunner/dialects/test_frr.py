"""FRR's answers, captured from FRR 8.4.4, and its configurations compared by meaning."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.dialects import IncompleteConfig, UnknownPlatform, UnreadableAnswer, dialect, frr

GOLDEN = Path(__file__).parents[3] / "golden" / "frr"


def golden(name: str) -> str:
    return (GOLDEN / name).read_text()


def test_costs_are_read_by_interface() -> None:
    document = json.loads(golden("interfaces.json"))
    assert frr.interface_costs(document) == {"lo": 0, "to-b": 10, "to-c": 10}


def test_interfaces_with_a_full_neighbour_are_read() -> None:
    document = json.loads(golden("neighbours.json"))
    assert frozenset({"to-b", "to-c"}) == frr.full_interfaces(document)


def test_a_neighbour_that_is_not_full_does_not_count() -> None:
    document = json.loads(golden("neighbours.json").replace("Full\\/-", "ExStart\\/-", 2))
    assert frr.full_interfaces(document) == {"to-c"}


def test_routes_in_use_are_read_with_all_their_interfaces_and_without_connected_ones() -> None:
    expected = {
        "10.9.0.2/32": {"to-b"},
        "10.9.0.3/32": {"to-c"},
        "10.9.23.0/30": {"to-b", "to-c"},
    }
    assert expected == frr.route_interfaces(json.loads(golden("routes.json")))


def test_the_areas_metrics_are_read_by_the_ends_address() -> None:
    metrics = frr.link_metrics(json.loads(golden("database.json")))
    assert (metrics["10.9.12.1"], metrics["10.9.12.2"]) == (65535, 10)


def test_a_link_that_one_end_no_longer_announces_is_down() -> None:
    document = json.loads(golden("database.json"))
    for lsa in document["routerLinkStates"]["areas"]["0.0.0.0"]:
        if lsa["advertisingRouter"] == "10.9.0.2":
            lsa["routerLinks"] = {
                name: entry
                for name, entry in lsa["routerLinks"].items()
                if entry.get("neighborRouterId") != "10.9.0.1"
            }
    assert "10.9.12.1" not in frr.link_metrics(document)


def test_several_documents_of_one_command_are_told_apart() -> None:
    assert frr.documents('{"a":1}\n{"b":2}\n') == [{"a": 1}, {"b": 2}]


def test_an_error_between_documents_is_not_skipped() -> None:
    with pytest.raises(UnreadableAnswer, match="% Unknown command"):
        frr.documents('{"a":1}\n% Unknown command: show\n{"b":2}\n')


def test_an_answer_without_its_field_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer, match="interfaces"):
        frr.interface_costs({})


def test_the_running_configuration_is_freed_of_noise() -> None:
    config = frr.running_config(golden("running.txt"))
    assert config.startswith("!\nfrr version 8.4.4\n")
    assert config.endswith("!\nend\n")


def test_that_its_tables_are_served_over_snmp_is_no_intent() -> None:
    answer = golden("running.txt").replace(
        "\nfrr defaults traditional", "\nfrr defaults traditional\nagentx"
    )
    assert "\nagentx\n" in answer
    assert frr.running_config(answer) == frr.running_config(golden("running.txt"))


@pytest.mark.parametrize("lines", [1, 12, 40])
def test_a_configuration_cut_short_is_refused_wherever_it_is_cut(lines: int) -> None:
    cut = "\n".join(golden("running.txt").splitlines()[:-lines])
    with pytest.raises(IncompleteConfig, match=r"cut short|empty"):
        frr.running_config(cut)


def test_an_empty_configuration_is_refused() -> None:
    with pytest.raises(IncompleteConfig, match="empty"):
        frr.running_config("Building configuration...\n\nCurrent configuration:\n")


def test_what_only_ends_like_a_configuration_is_refused() -> None:
    with pytest.raises(IncompleteConfig, match="no version"):
        frr.running_config("hello\nend\n")


def test_the_same_lines_in_another_order_are_no_difference() -> None:
    running = frr.running_config(golden("running.txt"))
    blocks = running.split("!\n")
    assert frr.differences(running, "!\n".join(reversed(blocks))) == ""


def test_a_new_value_is_set_before_the_old_one_is_taken_away() -> None:
    running = "interface to-b\n ip ospf cost 10\nexit\n"
    intended = "interface to-b\n ip ospf cost 20\nexit\n"
    assert frr.changes(running, intended) == ["interface to-b", "ip ospf cost 20"]


def test_what_is_too_much_goes_once_nothing_is_missing() -> None:
    running = "interface to-b\n ip ospf cost 10\n ip ospf passive\nexit\n"
    intended = "interface to-b\n ip ospf cost 10\nexit\n"
    assert frr.changes(running, intended) == ["interface to-b", "no ip ospf passive"]


def test_a_section_that_goes_is_negated_as_a_whole() -> None:
    running = "router bgp 65001\n bgp router-id 10.9.0.1\nexit\n"
    assert frr.changes(running, "!\n") == ["no router bgp 65001"]


def test_an_interface_that_goes_is_emptied_for_frr_deletes_none_that_is_there() -> None:
    running = "interface to-b\n ip ospf cost 10\n ip ospf area 0\nexit\n"
    commands = frr.changes(running, "!\n")
    assert commands == ["interface to-b", "no ip ospf cost 10", "no ip ospf area 0"]


def test_a_description_goes_by_its_first_word_for_frr_takes_no_more() -> None:
    running = "interface to-b\n description link a:b\n ip ospf cost 1\nexit\n"
    intended = "interface to-b\n ip ospf cost 1\nexit\n"
    assert frr.changes(running, intended) == ["interface to-b", "no description"]


def test_a_subsection_is_entered_through_its_section() -> None:
    running = "router bgp 1\n address-family ipv4 unicast\n exit-address-family\nexit\n"
    intended = running.replace("unicast\n", "unicast\n  network 172.20.1.0/24\n")
    expected = ["router bgp 1", "address-family ipv4 unicast", "network 172.20.1.0/24"]
    assert expected == frr.changes(running, intended)


def test_the_difference_names_sections_and_shows_what_goes_before_what_comes() -> None:
    running = "interface to-b\n ip ospf cost 10\nexit\n"
    intended = "interface to-b\n ip ospf cost 20\nexit\n"
    expected = "  interface to-b\n-   ip ospf cost 10\n+   ip ospf cost 20"
    assert expected == frr.differences(running, intended)


def test_a_drained_interface_keeps_its_cost_and_is_named() -> None:
    running = "interface to-b\n ip ospf cost 65535\nexit\n"
    intended = "interface to-b\n ip ospf cost 10\nexit\ninterface to-c\n ip ospf cost 10\nexit\n"
    kept, drained = frr.keep_drained(running, intended)
    assert drained == ("to-b",)
    assert frr.differences(running, kept) == "+ interface to-c\n+   ip ospf cost 10"


@pytest.mark.parametrize("hop", ["10.0.0.1", "blackhole", "Null0", "to-b"])
def test_a_next_hop_that_is_one_is_not_misread(hop: str) -> None:
    assert frr.misread(f"interface to-b\nexit\nip route 10.2.0.0/24 {hop}\n") == []


@pytest.mark.parametrize(
    "line",
    [
        "ip route 10.2.0.0/24 bogus!",
        "ip route 10.2.0.0/24 10.1.1.256",
        "ip route 10.2.0.0/24 10.1.1.1 300",
        "ip route 10.2.0.0/24 10.1.1.1 tga 5",
        "ip route 10.2.0.0/24 10.1.1.1 to-c",
        "ipv6 route 2001:db8::/32 2001:db8:::1",
        "neighbor 10.0.0.2 update-source lo0",
    ],
)
def test_a_word_that_would_be_taken_for_an_interface_is_found(line: str) -> None:
    config = f"interface to-b\nexit\nrouter bgp 1\n {line}\nexit\n"
    assert frr.misread(config) == [line]


@pytest.mark.parametrize("end", ["", " 200", " tag 5", " to-b", " to-b 5", " onlink"])
def test_what_may_follow_a_next_hop_is_not_misread(end: str) -> None:
    config = f"interface to-b\nexit\nip route 10.2.0.0/24 10.1.1.1{end}\n"
    assert frr.misread(config) == []


@pytest.mark.parametrize("source", ["to-b", "10.1.1.1", "2001:db8::1"])
def test_a_source_that_is_one_is_not_misread(source: str) -> None:
    config = f"interface to-b\nexit\nrouter bgp 1\n neighbor 10.0.0.2 update-source {source}\n"
    assert frr.misread(config) == []


def test_an_unknown_platform_lists_those_that_there_are() -> None:
    with pytest.raises(UnknownPlatform, match=r"there is .*frr"):
        dialect("comware")


words = st.from_regex(r"[a-z][a-z0-9]{0,5}( [a-z0-9]{1,4}){0,2}", fullmatch=True).filter(
    lambda line: (
        line.split()[0] not in ("exit", "end", "no", "key", "line", "vrf", "router", "log")
        and line.split()[0] != "description"
        and not line.startswith(("exit", "end", "hostname", "frr", "ip ", "interface"))
    )
)
sections = st.sampled_from(["interface a", "interface b", "router ospf", "router bgp 1"])
configs = st.dictionaries(
    sections, st.lists(words, min_size=1, max_size=4, unique=True), max_size=4
)


def text(config: dict[str, list[str]]) -> str:
    blocks = (f"{head}\n" + "".join(f" {x}\n" for x in lines) for head, lines in config.items())
    return "exit\n!\n".join(blocks) + "exit\nend\n"


def carry_out(running: str, commands: list[str]) -> str:
    """Do what a device does that keeps every line: enter sections, add and negate lines."""
    heads = ("interface ", "router ")
    state = dict.fromkeys(frr.parse(running))
    here: tuple[str, ...] = ()
    for command in commands:
        if command == "exit":
            here = here[:-1]
        elif command.startswith("no "):
            gone = (*here, command.removeprefix("no "))
            state = {path: None for path in state if path[: len(gone)] != gone}
        else:
            state[*here, command] = None
            here = (*here, command) if command.startswith(heads) else here
    found: dict[str, list[str]] = {}
    for path in state:
        # An interface cannot be deleted, and without a line it is not shown.
        if len(path) > 1 or not path[0].startswith("interface "):
            found.setdefault(path[0], []).extend(path[1:])
    return text(found)


@given(configs, configs)
def test_the_changes_lead_from_any_configuration_to_any_other(
    running: dict[str, list[str]], intended: dict[str, list[str]]
) -> None:
    grown = carry_out(text(running), frr.changes(text(running), text(intended)))
    reached = carry_out(grown, frr.changes(grown, text(intended)))
    assert frr.differences(reached, text(intended)) == ""


@given(configs)
def test_a_configuration_never_differs_from_itself(config: dict[str, list[str]]) -> None:
    assert frr.changes(text(config), text(config)) == []


@given(st.text())
def test_any_text_is_either_a_configuration_or_refused(answer: str) -> None:
    with contextlib.suppress(IncompleteConfig):
        assert frr.running_config(answer).endswith("end\n")
