"""The steps of an order that are no system's."""

import csv
from pathlib import Path
from typing import Any

import pytest

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Orders
from forerunner.orders.steps import begin, judge, take
from forerunner.orders.troubles import Halt
from forerunner.orders_view import plain, show_one


def given(directory: Path, request: Path) -> dict[str, Any]:
    return {
        "request": str(request),
        "order": "",
        "abandon": False,
        "directory": str(directory),
        "systems": {"hlr1": "hlr"},
        "pools": [],
        "profiles": [],
        "takes_encrypted": False,
        "password_file": "",
        "chunk": 10,
    }


def test_what_does_not_fit_the_form_is_a_file_by_row_field_and_reason(
    orders: Orders, tmp_path: Path
) -> None:
    request = tmp_path / "lot.yml"
    request.write_text("request_id: lot-1\noperation: create\nquantity: -1\nsim_type: paper\n")

    with pytest.raises(OrderError, match=r"all of them: \S+/rejects/lot\.csv"):
        take(orders, given(tmp_path / "orders", request), False, "ann")

    with (tmp_path / "orders/rejects/lot.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["field"] for row in rows} == {"quantity", "sim_type"}
    assert all(row["file"] == str(request) and row["reason"] for row in rows)


def test_an_order_whose_window_is_over_is_not_taken(orders: Orders, tmp_path: Path) -> None:
    request = tmp_path / "lot.yml"
    window = "window: 2000-01-01T00:00Z/2000-01-01T04:00Z"
    request.write_text(
        f"request_id: lot-1\noperation: terminate\nsims: [{{imsi: '001010000000001'}}]\n{window}\n"
    )

    with pytest.raises(Exception, match=r"window.* is over; name a later one"):
        take(orders, given(tmp_path, request), False, "ann")

    assert orders.find("lot-1") is None


def test_only_an_order_that_fails_is_taken_back(orders: Orders, create: Any) -> None:
    create("a", 0, 5)
    assert judge(orders, "a")["ansible_facts"]["sim_order_undo"] == "all:!all"
    assert judge(orders, "")["ansible_facts"]["sim_order_undo"] == "all:!all"

    orders.fail("a", "because")

    assert judge(orders, "a")["ansible_facts"]["sim_order_undo"] == "hlr1,hss1,mind1"


def asked(name: str, **more: object) -> dict[str, object]:
    """Return what module sim_order is given for step begin."""
    return {"order": name, "shard": "", "hash": "", "abandon": False, **more}


def test_a_dry_run_leaves_an_order_that_is_under_way_as_it_is(orders: Orders, create: Any) -> None:
    create("a", 0, 5)
    halt = Halt("hlr1", "failed", "its window opens later")
    orders.troubles("a").halt("", halt)

    begin(orders, asked("a", abandon=True), dry=True, who="ann")
    assert (orders.troubles("a").halts(""), orders.get("a").failing) == ([halt], False)

    begin(orders, asked("a", abandon=True), dry=False, who="ann")
    assert (orders.troubles("a").halts(""), orders.get("a").failing) == ([], True)


def test_only_the_order_of_the_request_that_is_meant_is_gone_on_with(
    orders: Orders, create: Any
) -> None:
    create("a", 0, 5, digest="ours")

    with pytest.raises(OrderError, match="is of another request than the one that is meant"):
        begin(orders, asked("a", hash="theirs", abandon=True), dry=False, who="ann")
    assert not orders.get("a").failing
    for digest in ("", "ours"):
        facts = begin(orders, asked("a", hash=digest), False, "ann")["ansible_facts"]
        assert facts["sim_order_leases"] == ["hlr1/a", "hss1/a", "mind1/a"]


def test_why_a_part_of_an_order_cannot_go_on_is_shown(
    orders: Orders, create: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    order = create("a", 0, 25)
    troubles = orders.troubles("a")
    troubles.halt("2/3", Halt("hss1", "unreachable", "it does not answer"))
    troubles.halt("", Halt("hlr1", "failed", "its window opens later"))

    assert plain(orders, order)["halts"] == [
        {"part": "", "system": "hlr1", "status": "failed", "why": "its window opens later"},
        {"part": "2/3", "system": "hss1", "status": "unreachable", "why": "it does not answer"},
    ]
    show_one(orders, "a", as_json=False)
    assert "it does not answer" in capsys.readouterr().out
    assert [x.system for x in troubles.halts("2/3")] == ["hss1"]
