"""What people edit, there and back on a shadow of FRR: no edit wants a hand on the router."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from forerunner import home
from forerunner.configure.passes import Brought, Spoken, bring
from forerunner.dialects import frr
from forerunner.fleet import Device
from forerunner.shadow import Interface, Likeness, open_shadow
from forerunner.shadow.machine import check_machine

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("machine")]

Edit = Callable[[str], str]
EDGE = Device("edge1", "192.0.2.1", "netops", Path("key"), Path("known"), "frr")
INTERFACES = ("lo", "to-core1", "to-core2", "to-customer.100")
LIKE = Likeness(
    ("zebra", "ospfd", "bgpd", "staticd", "bfdd"),
    tuple(Interface(name, True, 1500, ()) for name in INTERFACES),
)


def drop(*beginnings: str) -> Edit:
    """Take away the lines that begin so."""

    def edit(text: str) -> str:
        kept = [line for line in text.splitlines() if not line.strip().startswith(beginnings)]
        return "\n".join(kept) + "\n"

    return edit


def swap(old: str, new: str) -> Edit:
    """Put a text in the place of another, which must be there."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return edit


def cut(first: str, last: str) -> Edit:
    """Take away all from one line to another."""

    def edit(text: str) -> str:
        before, found, rest = text.partition(f"{first}\n")
        assert found
        return before + rest.partition(f"{last}\n")[2]

    return edit


def below(line: str, *added: str) -> Edit:
    """Add lines below another."""
    return swap(f"\n{line}\n", "\n" + "".join(f"{each}\n" for each in (line, *added)))


STATIC, NEIGHBOUR = "ip route 192.0.2.0/24 203.0.113.1 200", " neighbor 203.0.113.1"
EDITS: dict[str, Edit] = {
    "a neighbour goes": drop("neighbor 203.0.113.1"),
    "all neighbours go": drop("neighbor "),
    "another area": swap("area 0\n ip ospf bfd", "area 7\n ip ospf bfd"),
    "no address family": cut(" address-family ipv4 unicast", " exit-address-family"),
    "another address family": below(
        " exit-address-family",
        " address-family ipv6 unicast",
        "  network 2001:db8:100::/48",
        "  neighbor 10.0.0.9 activate",
        " exit-address-family",
    ),
    "no BGP": cut("router bgp 64500", "exit"),
    "no OSPF": cut("router ospf", "exit"),
    "another system": swap("router bgp 64500", "router bgp 64999"),
    "another entry": swap("24 le 28", "24 le 30"),
    "an entry with another number": swap("OURS seq 10", "OURS seq 20"),
    "two entries change places": swap(
        "OURS seq 5 permit 198.51.100.0/24 le 28\nip prefix-list OURS seq 10 permit 192.0.2.0/24",
        "OURS seq 5 permit 192.0.2.0/24\nip prefix-list OURS seq 10 permit 198.51.100.0/24 le 28",
    ),
    "another address": swap("10.1.0.1/31", "10.1.0.3/31"),
    "another address of the same subnet": swap("198.51.100.17/28", "198.51.100.18/28"),
    "another mask": swap("203.0.113.2/30", "203.0.113.2/29"),
    "another distance": swap(STATIC, STATIC.replace("200", "210")),
    "another remote system": swap("remote-as 64510", "remote-as 64511"),
    "no description": drop("neighbor 203.0.113.1 description", "description customer"),
    "no timers": drop("ip ospf dead-interval", "ip ospf hello-interval", "ip ospf retransmit"),
    "a key": below(
        " ip ospf bfd",
        " ip ospf authentication message-digest",
        " ip ospf message-digest-key 1 md5 a",
    ),
    "a route map": below(
        STATIC, "route-map IN permit 10", " match ip address prefix-list OURS", "exit"
    ),
    "a password": below(f"{NEIGHBOUR} description transit", f"{NEIGHBOUR} password {{{{7*7}}}}"),
    "no interface": cut("interface to-customer.100", "exit"),
}


@pytest.fixture
def base(machine: None) -> str:
    """What an edge router is meant to run."""
    text = (home.root() / "tests/golden/frr/edge_router/expected.cfg").read_text()
    return f"frr version {check_machine().version}\n{text}"


def there_and_back(base: str, target: str) -> tuple[Brought, Brought]:
    async def work() -> tuple[Brought, Brought]:
        async with open_shadow(EDGE, LIKE, base) as shadow:
            spoken = Spoken(EDGE.name, frr, shadow)
            there = await bring(spoken, await spoken.read(), target, lambda: None)
            return there, await bring(spoken, there.now, base, lambda: None)

    return asyncio.run(work())


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_is_carried_out_and_taken_back(base: str, edit: Edit) -> None:
    there, back = there_and_back(base, edit(base))

    assert (there.problem, back.problem) == ("", "")


def test_a_key_is_replaced_under_its_number(base: str) -> None:
    first = EDITS["a key"](base)

    async def work() -> str:
        async with open_shadow(EDGE, LIKE, first) as shadow:
            spoken = Spoken(EDGE.name, frr, shadow)
            second = first.replace("1 md5 a", "1 md5 b")
            return (await bring(spoken, await spoken.read(), second, lambda: None)).problem

    assert asyncio.run(work()) == ""


def test_a_line_that_is_no_address_is_the_router_s_to_refuse(base: str) -> None:
    there, _ = there_and_back(base, base.replace("10.1.0.1/31", "10.1.0.300/31"))

    assert "Unknown command" in there.problem or "Malformed" in there.problem
