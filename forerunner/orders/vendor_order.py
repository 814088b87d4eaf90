"""What a SIM vendor is sent for an order: its .inp file, with the order's numbers and no secret."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData
from forerunner.orders.record import Orders
from forerunner.sims.numbers import NumberKind, Span, between_problem, span_between, text_of
from forerunner.sims.request import read_request
from forerunner.sims.vendor_input import write_input

_FIELDS: Mapping[str, Mapping[NumberKind, str]] = {
    "create": {"iccid": "iccid", "imsi": "imsi"},
    "port_in": {"iccid": "iccid", "imsi": "imsi"},
    "swap_sim": {"iccid": "new_iccid", "imsi": "new_imsi"},
}


def write_vendor_input(
    orders: Orders, what: str, path: Path, header: Mapping[str, str]
) -> Mapping[NumberKind, Span]:
    """Write the .inp file of an order, and return the numbers that it asks for.

    Args:
        orders: The ledger's orders.
        what: A request's file, or the request_id of an order that was taken.
        path: The file.
        header: Lines of its header, as `Customer`; the order's own come after them.

    Raises:
        InvalidData: It is for no new SIMs, or its numbers are not one range a kind.
        OrderError: There is no such order.
    """
    data = _asked(orders, what)
    spans = _spans(what, data)
    first: dict[NumberKind, str] = {kind: span.first for kind, span in spans.items()}
    write_input(path, {**header, **_own(data)}, first, spans["imsi"].count)
    return spans


def _asked(orders: Orders, what: str) -> Mapping[str, Any]:
    """Return what a request's file asks for, or what the ledger keeps of an order."""
    if Path(what).suffix.lower() not in (".yml", ".yaml", ".json", ".csv"):
        return orders.get(what).request
    request = read_request(Path(what))
    request.faults.end()
    return request.data


def _own(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what the header says of an order: names and the number of a key, and no key."""
    names = {"Batch": "request_id", "Profile": "profile", "Transport_Key": "transport_key_index"}
    return {name: str(data[field]) for name, field in names.items() if field in data}


def _spans(what: str, data: Mapping[str, Any]) -> dict[NumberKind, Span]:
    fields = _FIELDS.get(data["operation"])
    if fields is None:
        problem = f"{data['operation']} makes no new SIMs; a vendor has nothing to do"
        raise InvalidData(what, "operation", problem)
    spans = {kind: _span(what, data, kind, field) for kind, field in fields.items()}
    if spans["imsi"].count != spans["iccid"].count:
        raise InvalidData(what, "imsi", "is not as many numbers as iccid")
    return spans


def _span(what: str, data: Mapping[str, Any], kind: NumberKind, field: str) -> Span:
    held = data.get("numbers", {}).get(kind)
    if held:
        if len(held) > 1:
            problem = f"is {len(held)} ranges, and a vendor's file has one; order them apart"
            raise InvalidData(what, field, problem)
        _, begin, end = held[0]
        return Span(kind, text_of(kind, begin), end - begin + 1)
    first, dash, last = str(data.get(field, "")).partition("-")
    count = int(data.get("quantity", 0))
    if not first.isdigit() or not (dash or count):
        problem = "is to be a range, or a first number with a quantity; a pool gives no numbers yet"
        raise InvalidData(what, field, problem)
    if problem := between_problem(kind, first, last) if dash else "":
        raise InvalidData(what, field, problem)
    return span_between(kind, first, last) if dash else Span(kind, first, count)
