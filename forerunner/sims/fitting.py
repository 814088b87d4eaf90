"""Which fields each operation takes: one that it does not know would be passed over in silence."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from forerunner.sims.form import PROPERTIES
from forerunner.sims.listed import Sims
from forerunner.sims.rejects import Reject

OWN = ("imsi", "iccid", "msisdn")
_ALWAYS = frozenset(
    {
        "request_id", "operation", "sim_type", "quantity", "sims", "sims_file", "targets",
        "window", "notify", "proof_sample", "dry_run", *OWN,
    }
)  # fmt: skip
_KEYS = frozenset(x for x in PROPERTIES if x.startswith(("key_", "transport", "op_")))
_ESIM = frozenset({"smdp_address", "smdp_oid", "confirmation_code", "qr_pictures"})
_NEW_SIM = _KEYS | _ESIM
_TAKEN: Mapping[str, frozenset[str]] = {
    "create": _NEW_SIM | {"profile"},
    "port_in": _NEW_SIM | {"profile"},
    "swap_sim": _NEW_SIM | {"new_imsi", "new_iccid"},
    "change_msisdn": frozenset({"new_msisdn"}),
    "port_out": frozenset({"routing_number"}),
}


def misplaced(data: Mapping[str, Any], sims: Sims) -> Iterator[Reject]:
    """Yield what is wrong with which fields a request has.

    Args:
        data: The request, each field of which fits by itself.
        sims: The SIMs that it lists.
    """
    operation = data["operation"]
    taken = _ALWAYS | _TAKEN.get(operation, frozenset())
    for field in data:
        if field not in taken:
            yield Reject(0, field, f"is no matter of {operation}; leave it out")
    yield from _listed(data, sims, taken)
    yield from _esim(data)
    yield from _keys(data)


def _listed(data: Mapping[str, Any], sims: Sims, taken: Collection[str]) -> Iterator[Reject]:
    yield from (
        sims.reject(len(sims), field, f"is no matter of {data['operation']}; leave it out")
        for field in sims.columns
        if field not in taken
    )
    for field in sims.columns:
        if field in data:
            yield Reject(0, field, "stands with each SIM, too; give it once")
    if sims and data.get("quantity", len(sims)) != len(sims):
        reason = f"is {data['quantity']}, and there are {len(sims)} SIMs"
        yield Reject(0, "quantity", reason)
    if "sims" in data and "sims_file" in data:
        yield Reject(0, "sims_file", "the SIMs stand in sims already; give one of both")


def _esim(data: Mapping[str, Any]) -> Iterator[Reject]:
    if "profile" not in data and data["operation"] in ("create", "port_in") and not back(data):
        yield Reject(0, "profile", "is needed: a service profile of the inventory")
    if data.get("sim_type") == "esim" and _TAKEN.get(data["operation"], frozenset()) >= _ESIM:
        yield from _missing(data, ["smdp_address"], "of an esim")
        return
    for field in _given(data, _ESIM):
        yield Reject(0, field, "is no matter of a physical SIM; say sim_type esim, or leave it out")


def _keys(data: Mapping[str, Any]) -> Iterator[Reject]:
    """Yield what is wrong with where keys come from."""
    source, transport = data.get("key_source"), data.get("transport")
    if _TAKEN.get(data["operation"], frozenset()) >= _KEYS and source is None and not back(data):
        yield Reject(0, "key_source", "is needed: generated or vendor")
    if source == "vendor":
        yield from _missing(data, ["key_file"], "of a vendor's keys")
    elif source == "generated":
        for field in _given(data, _KEYS - {"key_source", "op_file"}):
            yield Reject(0, field, "is no matter of keys that are made here; leave it out")
        return
    if transport == "decrypt":
        yield from _missing(data, ["transport_key_file"], "to decrypt keys")
    elif transport == "pass":
        more = {"transport_key_file", "transport_algorithm", "op_file", "proof_sample"}
        for field in _given(data, more):
            yield Reject(0, field, "is no matter of keys that pass on encrypted; leave it out")


def back(data: Mapping[str, Any]) -> bool:
    """Return whether numbers that were ported out come back to the SIMs that they had."""
    new = {"profile", "key_source", "imsi", "iccid", "sim_type"}
    return data["operation"] == "port_in" and not new & data.keys()


def _given(data: Mapping[str, Any], fields: Collection[str]) -> list[str]:
    return [field for field in data if field in fields]


def _missing(data: Mapping[str, Any], fields: Collection[str], what: str) -> Iterator[Reject]:
    for field in fields:
        if field not in data:
            yield Reject(0, field, f"is needed {what}")
