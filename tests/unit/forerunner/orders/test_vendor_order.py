"""A vendor is sent the numbers of an order, and none of its secrets."""

import json
from pathlib import Path
from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.orders.errors import OrderError
from forerunner.orders.record import Orders
from forerunner.orders.vendor_order import write_vendor_input
from forerunner.sims.numbers import with_luhn

FIRST = with_luhn("894900000000000001")
REQUEST = {
    "request_id": "lot-1", "operation": "create", "quantity": 20, "imsi": "001010000000100",
    "iccid": FIRST, "msisdn": "mobile", "profile": "basic", "key_source": "vendor",
    "key_file": "lot-1.out", "transport": "decrypt", "transport_key_index": "7",
    "transport_key_file": "transport.key",
}  # fmt: skip
CANARY = "c0ffee" * 4


@pytest.fixture
def write(orders: Orders, tmp_path: Path) -> Any:
    (tmp_path / "transport.key").write_text(CANARY)

    def act(**change: Any) -> list[str]:
        request = tmp_path / "lot-1.json"
        data = {x: y for x, y in {**REQUEST, **change}.items() if y is not None}
        request.write_text(json.dumps(data))
        write_vendor_input(orders, str(request), tmp_path / "lot.inp", {"Customer": "ACME"})
        return (tmp_path / "lot.inp").read_text().splitlines()

    return act


def test_a_vendor_is_sent_the_numbers_of_a_request_and_no_secret(write: Any) -> None:
    lines = write()

    for each in (
        "Customer: ACME", "Batch: lot-1", "Transport_Key: 7", "Quantity: 20",
        "IMSI: 001010000000100", f"ICCID: {FIRST}",
    ):  # fmt: skip
        assert each in lines
    assert not any(CANARY in line or "transport.key" in line for line in lines)


def test_ranges_say_how_many(write: Any) -> None:
    last = with_luhn("894900000000000003")
    numbers = {"imsi": "001010000000100-001010000000102", "iccid": f"{FIRST}-{last}"}

    assert "Quantity: 3" in write(**numbers, quantity=None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"imsi": "main"}, "a pool gives no numbers yet"),
        ({"imsi": None}, "is to be a range"),
        ({"imsi": "001010000000100-001010000000102"}, "is not as many numbers as iccid"),
        ({"imsi": "001010000000102-001010000000100"}, "the last comes before the first"),
        ({"iccid": FIRST[:-1] + str(9 - int(FIRST[-1]))}, "Luhn"),
    ],
)
def test_what_is_no_range_is_refused_and_nothing_is_written(
    write: Any, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidData, match=said):
        write(**change)
    assert not (tmp_path / "lot.inp").exists()


def test_a_taken_orders_numbers_are_known_to_the_ledger(
    orders: Orders, create: Any, tmp_path: Path
) -> None:
    order, path = create("a", 0, 5), tmp_path / "a.inp"
    held = {"imsi": [["imsi", 1010000000100, 1010000000104]],
            "iccid": [["iccid", 894900000000000001, 894900000000000005]]}  # fmt: skip
    orders.set_request("a", {**order.request, "operation": "create", "numbers": held})

    write_vendor_input(orders, "a", path, {})
    assert {"Quantity: 5", "IMSI: 001010000000100", f"ICCID: {FIRST}"} <= {
        *path.read_text().splitlines()
    }
    held["imsi"].append(["imsi", 1010000000200, 1010000000200])
    orders.set_request("a", {"operation": "create", "numbers": held})
    with pytest.raises(InvalidData, match="is 2 ranges"):
        write_vendor_input(orders, "a", path, {})
    orders.set_request("a", {"operation": "suspend"})
    with pytest.raises(InvalidData, match="makes no new SIMs"):
        write_vendor_input(orders, "a", path, {})
    with pytest.raises(OrderError, match="there is no order b"):
        write_vendor_input(orders, "b", path, {})
