"""A subscriber as osmo-hlr holds it, and the commands that bring it from one to the other.

A field that is at what the HLR begins with is empty, so that a record that was broken off half way
is told from one that somebody else made.
"""

import re
from collections.abc import Iterator, Mapping

from forerunner.telco.contract import Record, Subscriber
from forerunner.telco.hlr.control import Command

_IMSI = re.compile(r"[0-9]{6,15}")
_MSISDN = re.compile(r"[0-9]{1,15}")
_KEY = re.compile(r"[0-9a-f]{32}")
_IND_BITS = 5
# What `info-all` calls the fields.
_NAMES: Mapping[str, str] = {
    "imsi": "imsi", "msisdn": "msisdn", "aud3g.algo": "algorithm", "aud3g.k": "k",
    "aud3g.opc": "opc", "aud3g.op": "op", "aud2g.algo": "algorithm_2g",
}  # fmt: skip
_BARRED: Mapping[str, str] = {"nam_cs": "cs_barred", "nam_ps": "ps_barred"}


def problem_of(subscriber: Subscriber) -> str:
    """Return what is wrong with a subscriber, without its keys; empty when nothing is."""
    if not _IMSI.fullmatch(subscriber.imsi):
        return "the IMSI is not 6 to 15 digits"
    if not _MSISDN.fullmatch(subscriber.msisdn):
        return "the MSISDN is not 1 to 15 digits"
    keys = _KEY.fullmatch(subscriber.k) and _KEY.fullmatch(subscriber.opc)
    return "" if keys else "K or OPc is not 32 hexadecimal digits in lower case"


def record_of(subscriber: Subscriber) -> Record | None:
    """Return the record that is to stand; None where its number was ported out."""
    if subscriber.routing_number:
        return None
    barred = "1" if subscriber.status == "suspended" else ""
    return {
        "imsi": subscriber.imsi,
        "msisdn": subscriber.msisdn,
        "algorithm": "MILENAGE",
        "k": subscriber.k,
        "opc": subscriber.opc,
        "cs_barred": barred,
        "ps_barred": barred,
    }


def record_from(text: str) -> Record:
    """Return the record that `info-all` tells."""
    record: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition("\t")
        if name in _NAMES:
            record[_NAMES[name]] = value.lower() if name.startswith("aud3g.") else value
        elif name in _BARRED:
            record[_BARRED[name]] = "" if value == "1" else "1"
    if "algorithm" in record:
        record["algorithm"] = record["algorithm"].upper()
    return record


def asking(imsi: str) -> Command:
    """Return the command that asks for all of a subscriber."""
    return Command(f"subscriber.by-imsi-{imsi}.info-all")


def creating(imsi: str) -> Command:
    """Return the command that makes an empty subscriber."""
    return Command("subscriber.create", imsi)


def deleting(imsi: str) -> Command:
    """Return the command that removes a subscriber with its keys."""
    return Command("subscriber.delete", imsi)


def freeing(imsi: str) -> Command:
    """Return the command that takes the number from a subscriber."""
    return Command(f"subscriber.by-imsi-{imsi}.msisdn", "none")


def setting(found: Record, wanted: Record) -> Iterator[Command]:
    """Yield the commands that set what differs."""
    own = f"subscriber.by-imsi-{wanted['imsi']}"
    if found.get("msisdn", "") != wanted["msisdn"]:
        yield Command(f"{own}.msisdn", wanted["msisdn"])
    if any(found.get(name, "") != wanted[name] for name in ("algorithm", "k", "opc")):
        keys = ",".join((wanted["k"], "opc", wanted["opc"], str(_IND_BITS)))
        yield Command(f"{own}.aud3g", f"milenage,{keys}")
    for domain in ("cs", "ps"):
        if found.get(f"{domain}_barred", "") != wanted[f"{domain}_barred"]:
            yield Command(f"{own}.{domain}-enabled", "0" if wanted[f"{domain}_barred"] else "1")
