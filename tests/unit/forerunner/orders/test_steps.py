"""The steps of an order that are no system's."""

import csv
from pathlib import Path
from typing import Any

import pytest

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Orders
from forerunner.orders.steps import judge, take


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
