"""How a benchmark reaches the lab's systems without a playbook."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, TypeVar

from forerunner.bench.sim.site import SimSite
from forerunner.database import Database
from forerunner.orders.book import Book
from forerunner.orders.record import Orders
from forerunner.orders.sealing import open_seal
from forerunner.telco import SubscriberSystem, s6a

_Result = TypeVar("_Result")

_FIELDS = {
    "hss": {x: x for x in ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status")},
    "mind": {
        "imsi": "imsiNumber", "iccid": "cardNumber", "msisdn": "phoneNumber",
        "tariff": "pricePlan", "status": "accountState",
    },
    "srp": {"imsi": "IMSI", "msisdn": "MSISDN", "policy": "POLICY", "quota": "QUOTA",
            "status": "STATE"},
}  # fmt: skip
_STATES = {
    "hss": {"active": "active", "suspended": "suspended"},
    "mind": {"active": "ACTIVE", "suspended": "BLOCKED"},
    "srp": {"active": "on", "suspended": "off"},
}
_BASIC = {
    "hss": {"apn": "internet", "ambr_ul": "50000000", "ambr_dl": "150000000"},
    "mind": {"tariff": "PREPAID_S"},
    "srp": {"policy": "fair-use", "quota": "10GB"},
}
_PREMIUM = {
    "hss": {"apn": "internet", "ambr_ul": "150000000", "ambr_dl": "1000000000"},
    "mind": {"tariff": "POSTPAID_L"},
    "srp": {"policy": "gold", "quota": "200GB"},
}


def orders_of(site: SimSite) -> Orders:
    """Return the orders of a site's ledger, sealed as its playbooks seal them."""
    ledger = Database(f"sqlite:///{site.directory / 'ledger.sqlite'}")
    return Orders(Book(ledger), open_seal(site.directory / "vault-password"))


def ask(site: SimSite, kind: str, act: Callable[[SubscriberSystem], Awaitable[_Result]]) -> _Result:
    """Do something with a system, over a connection of its own."""

    async def whole() -> _Result:
        package: Any = import_module(f"forerunner.telco.{kind}")
        system: SubscriberSystem = await package.open_system(f"{kind}1", settings(site, kind))
        try:
            return await act(system)
        finally:
            await system.aclose()

    return asyncio.run(whole())


def settings(site: SimSite, kind: str) -> dict[str, Any]:
    """Return the settings of a system, as inventories/lab has them."""
    address = site.place.address(kind)
    if kind == "hlr":
        return {"host": address}
    if kind == "gport":
        nodes = [{"host": address, "port": 5873}]
        return {"nodes": nodes, "sp": "46700000001", "profiles": {"basic": {}, "premium": {}}}
    found: dict[str, Any] = {
        "url": f"http://{address}:8443",
        "token_file": str(site.place.home(kind) / "token"),
        "fields": _FIELDS[kind],
        "states": _STATES[kind],
        "profiles": {"basic": _BASIC[kind], "premium": _PREMIUM.get(kind, {})},
    }
    if kind == "hss":
        own = {"host": address, "origin_host": s6a.HSS_HOST, "realm": s6a.REALM}
        found["diameter"] = {**own, "mcc": "001", "mnc": "01"}
    return found
