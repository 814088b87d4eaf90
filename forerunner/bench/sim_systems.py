"""How a benchmark reaches the lab's systems without a playbook."""

from typing import Any

from forerunner.bench.sim_site import SimSite
from forerunner.telco import s6a

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


def settings(site: SimSite, kind: str) -> dict[str, Any]:
    """Return the settings of a system, as inventories/lab has them."""
    address = site.place.address(kind)
    if kind == "hlr":
        return {"host": address}
    if kind == "gport":
        nodes = [{"host": address, "port": 5873}]
        return {"nodes": nodes, "sp": "46700000001", "profiles": {"basic": {}}}
    found: dict[str, Any] = {
        "url": f"http://{address}:8443",
        "token_file": str(site.place.home(kind) / "token"),
        "fields": _FIELDS[kind],
        "states": _STATES[kind],
        "profiles": {"basic": _BASIC[kind]},
    }
    if kind == "hss":
        own = {"host": address, "origin_host": s6a.HSS_HOST, "realm": s6a.REALM}
        found["diameter"] = {**own, "mcc": "001", "mnc": "01"}
    return found
