"""Activation codes of the eSIMs of an order, once it is done."""

from collections.abc import Iterator
from pathlib import Path

from forerunner.orders.errors import OrderError
from forerunner.orders.record import Order, Orders
from forerunner.sims.esim import Provider, write_codes, write_pictures

CODES, PICTURES = "activation_codes.csv", "qr"


def activate(orders: Orders, order: Order, directory: Path) -> Path | None:
    """Write the activation codes of an order, and return their file; None where it has no eSIMs.

    Repeating it changes nothing.

    Args:
        orders: The ledger's orders.
        order: The order.
        directory: The order's own; others may not read what is written to it.

    Raises:
        OrderError: It is not done: a code may be told to nobody before its eSIM is in service.
    """
    if order.request.get("sim_type") != "esim" or "smdp_address" not in order.request:
        return None
    if order.state != "done":
        raise OrderError(f"order {order.id} is {order.state}; it has activation codes once done")
    path = directory / CODES
    write_codes(path, Provider.of_request(order.request), _iccids(orders, order))
    if order.request.get("qr_pictures"):
        write_pictures(path, directory / PICTURES)
    return path


def _iccids(orders: Orders, order: Order) -> Iterator[str]:
    for number in range(order.chunks):
        for change in orders.chunk(order.id, number).changes:
            if change.after:
                yield change.after.iccid
