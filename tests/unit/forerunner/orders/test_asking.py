"""A request that fits as a whole becomes an order's SIMs; of one that does not, all is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.orders.allocation import Interval
from forerunner.orders.asking import asked
from forerunner.orders.cards import Cards
from forerunner.orders.columns import Pools
from forerunner.orders.entering import Asked
from forerunner.orders.errors import NumbersTaken, OrderError
from forerunner.orders.reach import reach_of
from forerunner.orders.record import Orders
from forerunner.orders.site import Site
from forerunner.sims.numbers import with_luhn
from forerunner.sims.rejects import Rejected
from forerunner.sims.request import read_request
from forerunner.telco import Change, Subscriber


def iccid(number: int) -> str:
    return with_luhn(f"8949000000000{number:05}")


def imsi(number: int) -> str:
    return f"00101{number:010}"


def msisdn(number: int) -> str:
    return f"49151{number:08}"


POOLS = [
    {"name": "imsi", "kind": "imsi", "first": imsi(0), "last": imsi(999)},
    {"name": "iccid", "kind": "iccid", "first": iccid(0), "last": iccid(999)},
    {"name": "mobile", "kind": "msisdn", "first": msisdn(0), "last": msisdn(999),
     "quarantine_days": 90},
]  # fmt: skip
CREATE = {
    "request_id": "a",
    "operation": "create",
    "quantity": 3,
    "imsi": "imsi",
    "iccid": "iccid",
    "msisdn": "mobile",
    "profile": "basic",
    "key_source": "generated",
}
VENDOR = {"key_source": "vendor", "key_file": "lot.out"}


@pytest.fixture
def site(orders: Orders) -> Site:
    return Site(Pools(POOLS), ["basic", "gold"], Cards(orders.book, orders.seal))


@pytest.fixture
def ask(tmp_path: Path, site: Site) -> Callable[..., Asked]:
    """Ask for what a request says: `ask(CREATE, quantity=2)`; None leaves a field out."""

    def act(data: dict[str, Any], **change: Any) -> Asked:
        whole = {x: y for x, y in {**data, **change}.items() if y is not None}
        (tmp_path / "request.json").write_text(json.dumps(whole))
        request = read_request(tmp_path / "request.json")
        return asked(request, site, reach_of(request, {"hlr1": "hlr", "hss1": "hss"}), 0.0)

    return act


@pytest.fixture
def made(orders: Orders, ask: Callable[..., Asked]) -> Callable[..., list[Change]]:
    """Take the numbers of what is asked for, and return its changes."""

    def act(data: dict[str, Any], **change: Any) -> list[Change]:
        found = ask(data, **change)
        changes = list(found.changes(orders.book.transact(found.allocate)))
        assert len(changes) == found.total
        return changes

    return act


@pytest.fixture
def told(ask: Callable[..., Asked]) -> Callable[..., list[str]]:
    """Return what does not fit in what is asked for."""

    def act(data: dict[str, Any], **change: Any) -> list[str]:
        with pytest.raises(Rejected) as raised:
            ask(data, **change)
        return [str(each) for each in raised.value.rejects]

    return act


@pytest.fixture
def vendor(tmp_path: Path) -> Callable[..., None]:
    """Write a vendor's file with SIMs of some numbers."""

    def act(*numbers: int, quantity: int | None = None) -> None:
        lines = [f"{iccid(n)}/{imsi(n)}/{key(n)}/{key(n + 50)}" for n in numbers]
        header = f"Quantity: {quantity if quantity is not None else len(numbers)}"
        text = "\n".join([header, "var_out:ICCID/IMSI/KI/OPC", *lines])
        (tmp_path / "lot.out").write_text(text)

    return act


@pytest.fixture
def served(orders: Orders) -> Callable[..., list[Subscriber]]:
    """Bring SIMs into service."""

    def act(*numbers: int, **fields: str) -> list[Subscriber]:
        sims = [
            Subscriber(imsi(n), iccid(n), msisdn(n), key(n), key(n + 50), "basic", **fields)  # type: ignore[arg-type]
            for n in numbers
        ]
        cards = Cards(orders.book, orders.seal)
        changes = [Change(None, sim) for sim in sims]
        orders.book.transact(lambda execute: cards.change(execute, "before", changes))
        return sims

    return act


def key(number: int) -> str:
    return f"{number:02x}" + "ab" * 15


def lines(changes: list[Change]) -> list[tuple[str, str, str]]:
    sims = [change.after for change in changes]
    return [(sim.imsi, sim.iccid, sim.msisdn) for sim in sims if sim]


def numbered(*numbers: int) -> list[tuple[str, str, str]]:
    return [(imsi(n), iccid(n), msisdn(n)) for n in numbers]


def test_new_sims_get_the_first_free_numbers_of_pools(made) -> None:
    assert lines(made(CREATE)) == numbered(0, 1, 2)
    assert lines(made(CREATE, request_id="b")) == numbered(3, 4, 5)


def test_new_sims_have_keys_of_their_own(made) -> None:
    sims = [change.after for change in made(CREATE)]

    assert len({x for sim in sims for x in (sim.k, sim.opc)}) == 6
    assert {sim.profile for sim in sims} == {"basic"}


def test_new_sims_get_the_numbers_of_ranges(made) -> None:
    ranges = {"imsi": f"{imsi(7)}-{imsi(9)}", "iccid": iccid(7), "quantity": None}

    assert lines(made(CREATE, **ranges, msisdn=f"{msisdn(7)}-{msisdn(9)}")) == numbered(7, 8, 9)


def test_listed_sims_keep_their_order_and_get_the_rest_from_pools(made) -> None:
    sims = [{"imsi": imsi(n), "iccid": iccid(n)} for n in (5, 2)]

    changes = made(CREATE, sims=sims, imsi=None, iccid=None, quantity=None)

    assert lines(changes) == [(imsi(5), iccid(5), msisdn(0)), (imsi(2), iccid(2), msisdn(1))]


def test_a_vendors_file_says_which_sims_and_their_keys(made, vendor) -> None:
    vendor(3, 1, 2)

    changes = made(CREATE, **VENDOR, imsi=None, iccid=None, quantity=None)

    assert [x[:2] for x in lines(changes)] == [(imsi(n), iccid(n)) for n in (3, 1, 2)]
    assert [(x.after.k, x.after.opc) for x in changes] == [(key(n), key(n + 50)) for n in (3, 1, 2)]


def test_listed_sims_are_matched_with_the_vendors_by_their_numbers(made, vendor) -> None:
    vendor(3, 1, 2)
    sims = [{"iccid": iccid(n), "msisdn": msisdn(n)} for n in (1, 2, 3)]

    changes = made(CREATE, **VENDOR, sims=sims, imsi=None, iccid=None, msisdn=None, quantity=None)

    assert lines(changes) == numbered(3, 1, 2)
    assert [x.after.k for x in changes] == [key(3), key(1), key(2)]


def test_listed_sims_that_are_not_the_vendors_are_told(told, vendor) -> None:
    vendor(3, 1)
    change = {**VENDOR, "imsi": None, "iccid": None, "quantity": None}

    (theirs, ours) = told(CREATE, **change, sims=[{"iccid": iccid(n)} for n in (1, 2)])
    assert "row 3, iccid: is of a SIM that the request does not list" in theirs
    assert ours == "row 2, iccid: is not in the vendor's file"

    crossed = [{"iccid": iccid(a), "imsi": imsi(b)} for a, b in ((1, 3), (3, 1))]
    assert told(CREATE, **change, sims=crossed) == [
        f"row {n}, iccid: is another SIM's in the vendor's file" for n in (1, 2)
    ]


def test_a_vendors_sims_out_of_the_asked_range_are_told(told, vendor) -> None:
    vendor(3, 1, 2)

    (said,) = told(CREATE, **VENDOR, iccid=None, imsi=f"{imsi(2)}-{imsi(4)}")

    assert "row 4, imsi: is not among the request's imsi" in said


def test_all_that_does_not_fit_in_a_vendors_file_is_told_beside_the_rest(told, vendor) -> None:
    vendor(3, 3, 2, quantity=4)

    said = " ".join(told(CREATE, **VENDOR, imsi=None, iccid=None, profile="none"))

    for each in ("profile: the inventory has none", "row 4, k: another SIM", "row 1, quantity"):
        assert each in said
    assert key(3) not in said


def test_a_number_that_comes_again_in_a_vendors_file_is_told(told, vendor, tmp_path) -> None:
    vendor(1, 2, 3)
    text = (tmp_path / "lot.out").read_text().replace(imsi(3), imsi(1))
    (tmp_path / "lot.out").write_text(text)

    (said,) = told(CREATE, **VENDOR, imsi=None, iccid=None)

    assert said.endswith("row 5, imsi: stands in row 3 already")


def test_a_vendors_file_that_changes_meanwhile_ends_the_order(
    orders: Orders, ask, vendor, tmp_path: Path
) -> None:
    vendor(1, 2, 3)
    found = ask(CREATE, **VENDOR, imsi=None, iccid=None, quantity=None)
    numbers = orders.book.transact(found.allocate)

    vendor(1, 3, 2)
    with pytest.raises(OrderError, match="was changed while it was read"):
        list(found.changes(numbers))
    vendor(1, 2)
    with pytest.raises(OrderError, match="2 SIMs were made of 3"):
        list(found.changes(numbers))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quantity": None}, "quantity: says how many"),
        ({"imsi": None}, "imsi: is needed"),
        ({"imsi": "none"}, "imsi: 'none' is no pool of imsi; there are: imsi"),
        ({"imsi": "mobile"}, "imsi: 'mobile' is no pool of imsi"),
        ({"profile": "none"}, "profile: the inventory has none of that name, but basic, gold"),
        ({"imsi": f"{imsi(0)}-{imsi(3)}"}, "imsi: is 4 numbers, and 3 are wanted"),
        ({"imsi": f"{imsi(3)}-{imsi(0)}"}, "imsi: the last comes before the first"),
        ({"imsi": f"{imsi(998)}-{imsi(1000)}"}, "imsi: lies in no pool of imsi"),
        ({"iccid": iccid(0)[:-1] + "x"}, "iccid: "),
        ({"msisdn": "99915100000"}, "msisdn: it begins with no country's code"),
    ],
)  # fmt: skip
def test_numbers_that_do_not_fit_are_told(told, change: dict[str, Any], said: str) -> None:
    assert told(CREATE, **change)[0].startswith(said)


def test_all_of_a_request_is_told_at_once(told) -> None:
    wrong = {"imsi": "none", "iccid": None, "profile": "none", "routing_number": "12"}

    fields = [x.partition(":")[0] for x in told(CREATE, **wrong)]

    assert sorted(fields) == ["iccid", "imsi", "profile", "routing_number"]


def test_listed_numbers_of_no_pool_are_told_unless_they_are_ported_in(told, made) -> None:
    foreign = [{"msisdn": "4917000000000"}]
    change = {"sims": foreign, "msisdn": None, "quantity": None}

    assert told(CREATE, **change) == ["row 1, msisdn: lies in no pool of msisdn in the inventory"]
    assert lines(made(CREATE, **change, operation="port_in"))[0][2] == "4917000000000"


def test_a_pool_of_ours_has_no_number_to_port_in(told) -> None:
    assert told(CREATE, operation="port_in")[0].startswith("msisdn: is a pool of ours")


def test_a_pool_that_has_too_few_gives_none(orders: Orders, ask) -> None:
    found = ask(CREATE, quantity=1001)

    with pytest.raises(NumbersTaken, match="has 1000 free numbers, and 1001 are wanted"):
        orders.book.transact(found.allocate)


def test_the_record_holds_what_was_asked_for_and_no_key(ask, vendor) -> None:
    vendor(1, 2, 3)
    found = ask(CREATE, **VENDOR, imsi=None, iccid=None, dry_run=True)

    assert (found.id, found.operation, found.total) == ("a", "create", 3)
    assert found.systems == ("hlr1", "hss1")
    assert key(1) not in json.dumps(found.request)
    assert {"sims", "dry_run"} & {*found.request} == set()


OWN = {"request_id": "b", "msisdn": f"{msisdn(1)}-{msisdn(2)}"}


@pytest.mark.parametrize(
    ("operation", "before", "more", "after"),
    [
        ("suspend", {}, {}, {"status": "suspended"}),
        ("resume", {"status": "suspended"}, {}, {"status": "active"}),
        ("port_out", {}, {"routing_number": "d018"}, {"routing_number": "D018"}),
        ("port_in", {"routing_number": "D018"}, {}, {"routing_number": ""}),
        ("terminate", {}, {}, None),
    ],
)
def test_sims_in_service_are_turned(made, served, operation: str, before, more, after) -> None:
    sims = served(1, 2, 3, **before)

    changes = made({**OWN, "operation": operation, **more})

    assert [x.before for x in changes] == sims[:2]
    for change in changes:
        assert (change.after and {x: getattr(change.after, x) for x in after}) == after


def test_a_swapped_sim_keeps_its_number_and_gets_new_keys(made, served, vendor) -> None:
    old = served(1, 2)
    vendor(8, 9)
    sims = [{"msisdn": msisdn(n), "new_iccid": iccid(m)} for n, m in ((1, 9), (2, 8))]

    changes = made({"request_id": "b", "operation": "swap_sim", "sims": sims, **VENDOR})

    assert [x.before for x in changes] == old[::-1]
    assert lines(changes) == [(imsi(8), iccid(8), msisdn(2)), (imsi(9), iccid(9), msisdn(1))]
    assert [x.after.k for x in changes] == [key(8), key(9)]


def test_swapped_sims_get_numbers_of_pools(made, served) -> None:
    served(1, 2)
    new = {"new_imsi": imsi(500), "new_iccid": iccid(500), "key_source": "generated"}

    changes = made({**OWN, "operation": "swap_sim", "quantity": 2, **new})

    assert lines(changes) == [(imsi(500 + n), iccid(500 + n), msisdn(1 + n)) for n in (0, 1)]


def test_a_changed_number_leaves_all_else(made, served) -> None:
    (sim,) = served(1)
    sims = [{"imsi": imsi(1), "new_msisdn": msisdn(700)}]

    (change,) = made({"request_id": "b", "operation": "change_msisdn", "sims": sims})

    assert change.before == sim
    assert lines([change]) == [(imsi(1), iccid(1), msisdn(700))]
    assert (change.after.k, change.after.opc) == (sim.k, sim.opc)


@pytest.mark.parametrize(
    ("operation", "fields", "said"),
    [
        ("suspend", {"status": "suspended"}, "it is suspended already"),
        ("resume", {}, "it is not suspended"),
        ("suspend", {"routing_number": "D018"}, "its number was ported out to D018"),
        ("port_in", {}, "its number is ours"),
    ],
)
def test_a_sim_that_cannot_be_meant_is_told(told, served, operation: str, fields, said) -> None:
    served(1, 2, **fields)

    found = told({**OWN, "operation": operation})

    assert found == [
        f"msisdn: {msisdn(n)}: {x}"
        for n, x in ((1, found[0].split(": ", 2)[2]), (2, found[1].split(": ", 2)[2]))
    ]
    assert said in found[0]


def test_a_sim_that_is_not_in_service_is_told_by_its_row(told, served) -> None:
    served(1)
    sims = [{"imsi": imsi(n)} for n in (1, 2)]

    assert told({"request_id": "b", "operation": "terminate", "sims": sims}) == [
        f"row 2, imsi: {imsi(2)}: no SIM in service has it"
    ]


def test_a_sim_whose_other_number_is_another_ones_is_told(told, served) -> None:
    served(1, 2)
    sims = [{"imsi": imsi(a), "msisdn": msisdn(b)} for a, b in ((1, 2), (2, 1))]

    assert told({"request_id": "b", "operation": "terminate", "sims": sims}) == [
        f"row {row}, imsi: is not the one of the SIM with msisdn {msisdn(n)}"
        for row, n in ((1, 2), (2, 1))
    ]


def test_sims_that_do_not_fit_are_not_looked_for(told, served) -> None:
    served(1, 2)
    sims = [{"imsi": "00101000000", "msisdn": msisdn(1)}, {"imsi": imsi(2), "msisdn": msisdn(2)}]

    (said,) = told({"request_id": "b", "operation": "terminate", "sims": sims})

    assert said.startswith("row 1, imsi: an IMSI is")


@pytest.mark.parametrize(
    "change", [{"msisdn": None}, {"imsi": imsi(1)}, {"msisdn": "mobile", "quantity": 2}]
)
def test_it_must_be_said_which_sims_and_once(told, served, change) -> None:
    served(1, 2)

    assert told({**OWN, "operation": "suspend"}, **change) != []


def test_two_orders_do_not_change_one_sim(orders: Orders, ask, served) -> None:
    served(1, 2)
    first = ask({**OWN, "operation": "suspend"})
    second = ask({**OWN, "operation": "terminate", "request_id": "c"})

    orders.book.transact(first.allocate)

    with pytest.raises(NumbersTaken, match="being changed by order b"):
        orders.book.transact(second.allocate)


def test_keys_that_pass_on_encrypted_want_systems_that_take_them(
    told, vendor, site: Site, tmp_path: Path
) -> None:
    vendor(1, 2, 3)

    (said,) = told(CREATE, **VENDOR, transport="pass", imsi=None, iccid=None)

    assert said.startswith("transport: no system of this site takes encrypted keys")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first": imsi(9), "last": imsi(1)}, "last comes before"),
        ({"first": 1010000000000}, "in quotes"),
        ({"name": "1main"}, "begins with a letter"),
        ({"name": "imsi"}, "the name of another pool"),
        ({"first": imsi(999), "last": imsi(1999)}, "has numbers that are in pool imsi already"),
        ({"quarantine_days": -1}, "quarantine_days"),
        ({"kind": "ki"}, "kind"),
    ],
)
def test_a_pool_that_does_not_fit_is_told(change: dict[str, Any], said: str) -> None:
    pool = {"name": "more", "kind": "imsi", "first": imsi(1000), "last": imsi(1999)}

    assert Pools([*POOLS, pool])
    with pytest.raises(InvalidData, match=said):
        Pools([*POOLS, {**pool, **change}])


def test_numbers_are_in_quarantine_as_long_as_their_pool_says() -> None:
    pools = Pools(POOLS)
    first = int(msisdn(0))

    assert pools.quarantine_s(Interval("msisdn", first, first), 5) == 90 * 86_400
    assert pools.quarantine_s(Interval("msisdn", first - 9, first - 1), 5) == 5
    assert pools.quarantine_s(Interval("imsi", first, first), 5) == 5
