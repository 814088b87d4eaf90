"""What a request for SIMs may hold, and a number pool: JSON Schemas.

That of a request is one for files, CSV lots and Airflow's form.

Each property has what a form needs: title, description, and examples where they help.
"""

from collections.abc import Mapping
from typing import Any

OPERATIONS = (
    "create", "suspend", "resume", "swap_sim", "change_msisdn", "port_in", "port_out", "terminate",
)  # fmt: skip
TARGETS = ("hlr", "hss", "gport", "mind", "srp")
"""Kinds of systems, in the order in which a SIM comes to them."""

ID = "[A-Za-z0-9][A-Za-z0-9_.-]{0,47}"
_NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_END = r"(?![\s\S])"
_NUMBERS = (
    "a pool of the inventory by its name, a first number (quantity says how many), or FIRST-LAST;"
    " in quotes, for digits are no number to count with"
)
_PATH = "[^\x00-\x1f\x7f]{1,500}"


def _text(pattern: str, title: str, description: str, *examples: str) -> dict[str, Any]:
    shown = {"examples": list(examples)} if examples else {}
    fits = {"type": "string", "pattern": f"^({pattern}){_END}"}
    return {**fits, "title": title, "description": description, **shown}


def _one_of(title: str, description: str, *words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "title": title, "description": description}


def _numbers(title: str, what: str, first: str, last: str) -> dict[str, Any]:
    pattern = "[A-Za-z][A-Za-z0-9_.-]{0,63}|[0-9]{7,20}(-[0-9]{7,20})?"
    return _text(pattern, title, f"{what}: {_NUMBERS}", first, f"{first}-{last}")


def _digits(title: str, description: str) -> dict[str, Any]:
    quoted = "in quotes: its digits are no number to count with"
    return _text("[0-9]{7,20}", title, f"{description}, {quoted}")


SIM_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "imsi": _digits("IMSI", "the IMSI"),
    "iccid": _digits("ICCID", "the ICCID, with its check digit"),
    "msisdn": _digits("MSISDN", "the MSISDN"),
    "new_imsi": _digits("New IMSI", "the IMSI of the SIM that replaces it"),
    "new_iccid": _digits("New ICCID", "the ICCID of the SIM that replaces it"),
    "new_msisdn": _digits("New MSISDN", "the MSISDN that replaces it"),
}
SIM: Mapping[str, Any] = {
    "type": "object",
    "properties": SIM_PROPERTIES,
    "additionalProperties": False,
    "minProperties": 1,
}
_IMSIS, _ICCIDS = (
    ("001010000000000", "001010000099999"),
    ("8949000000000000003", "8949000000000999990"),
)
_MSISDNS = ("4915100000000", "4915100099999")
PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "request_id": _text(
        ID, "Name of the order", "a name of your own; the same again only reports", "lot-7"
    ),
    "operation": _one_of("Operation", "what is to be done", *OPERATIONS),
    "sim_type": _one_of(
        "Kind of SIM", "physical, or esim with an activation code each", "physical", "esim"
    ),
    "quantity": {
        "type": "integer",
        "minimum": 1,
        "maximum": 10_000_000,
        "title": "Quantity",
        "description": "how many SIMs, where no range, list or file says it",
        "examples": [100],
    },
    "imsi": _numbers("IMSIs", "IMSIs of the SIMs", *_IMSIS),
    "iccid": _numbers("ICCIDs", "ICCIDs of the SIMs, with their check digits", *_ICCIDS),
    "msisdn": _numbers("MSISDNs", "MSISDNs of the SIMs", *_MSISDNS),
    "new_imsi": _numbers("New IMSIs", "IMSIs that swap_sim gives", *_IMSIS),
    "new_iccid": _numbers("New ICCIDs", "ICCIDs that swap_sim gives", *_ICCIDS),
    "new_msisdn": _numbers("New MSISDNs", "MSISDNs that change_msisdn gives", *_MSISDNS),
    "profile": _text(_NAME, "Service profile", "a service profile of the inventory", "basic"),
    "key_source": _one_of(
        "Keys", "where K and OPc come from: made here, or the vendor's file", "generated", "vendor"
    ),
    "key_file": _text(_PATH, "Vendor's file", "the vendor's .out file", "lot-7.out"),
    "transport": _one_of(
        "Encrypted keys",
        "what becomes of keys that the vendor encrypted: decrypt them in memory, or pass them on as"
        " they are, which only some systems take, and no SIM can be proven",
        "decrypt",
        "pass",
    ),
    "transport_key_file": _text(
        _PATH,
        "Transport key",
        "file with the hexadecimal key that the vendor's keys are encrypted by; may be a vault",
    ),
    "transport_key_index": _text(
        "[0-9]{1,4}", "Number of the transport key", "as the vendor's file is to name it", "1"
    ),
    "transport_algorithm": _one_of("Algorithm of the transport key", "aes or 3des", "aes", "3des"),
    "op_file": _text(
        _PATH,
        "OP",
        "file with the operator's OP, hexadecimal, which OPc is made of; may be a vault",
    ),
    "sims": {
        "type": "array",
        "items": SIM,
        "maxItems": 10_000,
        "title": "Single SIMs",
        "description": "single SIMs, a mapping of numbers each",
    },
    "sims_file": _text(
        _PATH, "File of single SIMs", "CSV file with single SIMs, a column a field", "lot-7.csv"
    ),
    "routing_number": _text(
        "[0-9A-Fa-f]{1,15}",
        "Routing number",
        "the network that numbers are ported out to, as the exchanges know it",
        "D018",
    ),
    "smdp_address": _text(
        r"[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?",
        "SM-DP+",
        "host of the SM-DP+ that holds the eSIMs",
        "smdp.example.com",
    ),
    "smdp_oid": _text(
        r"[0-2](\.(0|[1-9][0-9]{0,9})){1,20}", "OID of the SM-DP+", "its object identifier, if any"
    ),
    "confirmation_code": {
        "type": "boolean",
        "title": "Confirmation code",
        "description": "whether a code that the customer gets otherwise is asked for at download",
    },
    "qr_pictures": {
        "type": "boolean",
        "title": "QR pictures",
        "description": "whether each eSIM gets a PNG and an SVG picture of its activation code",
    },
    "targets": {
        "type": "array",
        "items": _text(_NAME, "System", "a system of the inventory, or a kind of system"),
        "uniqueItems": True,
        "examples": list(TARGETS),
        "title": "Systems",
        "description": "which systems; all of them without it",
    },
    "window": _text(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})/"
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})",
        "Window",
        "when it may be written, as 2026-12-01T22:00Z/2026-12-02T04:00Z",
        "2026-12-01T22:00Z/2026-12-02T04:00Z",
    ),
    "notify": {
        "type": "array",
        "items": _text(
            r"[^@\s\x00-\x1f\x7f,;<>]{1,64}@[A-Za-z0-9.-]{1,255}", "Address", "an e-mail address"
        ),
        "maxItems": 50,
        "title": "Whom to tell",
        "description": "e-mail addresses that are told how it ended",
    },
    "proof_sample": {
        "type": "integer",
        "minimum": 2,
        "maximum": 100_000,
        "title": "SIMs to prove",
        "description": "how many SIMs must authenticate: the first, the last, others at random",
        "examples": [20],
    },
    "dry_run": {
        "type": "boolean",
        "title": "Dry run",
        "description": "only say what would become of it",
    },
}
SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A request for SIMs",
    "type": "object",
    "properties": PROPERTIES,
    "required": ["request_id", "operation"],
    "additionalProperties": False,
}
_NUMBER = {
    "type": "string",
    "pattern": f"^[0-9]{{7,20}}{_END}",
    "description": "a number of the kind, in quotes: its digits are no number to count with",
}
POOLS_SCHEMA: Mapping[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "The number pools of the inventory",
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {
                "type": "string",
                "pattern": f"^[A-Za-z][A-Za-z0-9_.-]{{0,63}}{_END}",
                "description": "what requests call it; begins with a letter",
            },
            "kind": {"enum": ["imsi", "iccid", "msisdn"], "description": "imsi, iccid or msisdn"},
            "first": _NUMBER,
            "last": _NUMBER,
            "quarantine_days": {
                "type": "number",
                "minimum": 0,
                "maximum": 3650,
                "description": "days for which a number that left service is not given out again",
            },
        },
        "required": ["name", "kind", "first", "last"],
        "additionalProperties": False,
    },
}
