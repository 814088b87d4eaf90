"""Activation codes are given out once an order of eSIMs is done, and not before."""

from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.orders.activation import activate
from forerunner.orders.errors import OrderError
from forerunner.orders.record import Orders
from forerunner.sims.esim import read_codes

ESIM = {"sim_type": "esim", "smdp_address": "smdp.example.com", "qr_pictures": True}


def test_each_esim_of_a_done_order_has_a_code_and_pictures(
    orders: Orders, create, sim, tmp_path: Path
) -> None:
    order = replace(create("a", 0, 12), request=ESIM, state="done")

    path = activate(orders, order, tmp_path)

    assert path
    assert [iccid for iccid, _ in read_codes(path)] == [sim(n).iccid for n in range(12)]
    assert len(list((tmp_path / "qr").iterdir())) == 24
    assert activate(orders, order, tmp_path) == path


def test_an_order_that_is_not_done_has_none(orders: Orders, create, tmp_path: Path) -> None:
    order = replace(create("a", 0, 2), request=ESIM)

    with pytest.raises(OrderError, match="once done"):
        activate(orders, order, tmp_path)
    assert list(tmp_path.glob("*.csv")) == []


def test_physical_sims_have_none(orders: Orders, create, tmp_path: Path) -> None:
    order = replace(create("a", 0, 2), request={"sim_type": "physical"}, state="done")

    assert activate(orders, order, tmp_path) is None
