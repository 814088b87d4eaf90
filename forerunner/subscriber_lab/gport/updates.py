"""What ent_sub, upd_sub and dlt_sub do, and what they refuse.

Source: Oracle Communications EAGLE Application Processor, Provisioning Database Interface User's
Guide, chapter 3 (create, update and delete subscription).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forerunner.subscriber_lab.gport.store import Row, View
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.grammar import Group, Parameter

_DN = re.compile(r"[0-9A-F]{5,15}")
_ENTITY = re.compile(r"[0-9A-F]{1,15}|none")
_PORTABILITY = re.compile(r"[0-9]|[12][0-9]|3[0-5]|none")
_FORMS = {"sp": _ENTITY, "rn": _ENTITY, "pt": _PORTABILITY, "imsi": _DN, "bdn": _DN, "edn": _DN}
_DNS_AT_ONCE = 8
_FIELDS = ("sp", "rn", "pt")


class Refusal(Exception):
    """A request is refused with a code."""

    def __init__(self, code: Code, *data: Parameter) -> None:
        super().__init__(code)
        self.code, self.data = code, data


@dataclass(frozen=True)
class Request:
    """The parameters of a request about subscriptions.

    Attributes:
        dns: Its single numbers.
        said: All others, by label.
    """

    dns: tuple[str, ...]
    said: Mapping[str, str]

    @property
    def block(self) -> tuple[str, str] | None:
        """Return the ends of the block that it is about."""
        return (self.said["bdn"], self.said["edn"]) if "bdn" in self.said else None

    @property
    def fields(self) -> dict[str, str]:
        """Return what it sets."""
        return {each: self.said[each] for each in _FIELDS if each in self.said}


def request(items: Group, known: Sequence[str]) -> Request:
    """Return the parameters of a request.

    Raises:
        Refusal: One is unknown, twice, or has no value that it can have.
    """
    dns: list[str] = []
    said: dict[str, str] = {}
    for item in items:
        if not isinstance(item, Parameter) or not isinstance(item.value, str):
            raise Refusal(Code.PARSE_FAILED, Parameter("reason", "Value expected"))
        label, text = item.label, item.value if item.label == "type" else _upper(item.value)
        if label not in ("iid", "dn", *known):
            raise Refusal(Code.PARSE_FAILED, Parameter("reason", "Unknown parameter"))
        if label in said:
            raise Refusal(Code.PARSE_FAILED, Parameter("reason", "Duplicate parameter"))
        if not _FORMS.get(label, _DN if label == "dn" else re.compile(".*")).fullmatch(text):
            raise Refusal(Code.INVALID_VALUE, Parameter("param", label))
        if label == "dn":
            dns.append(text)
        else:
            said[label] = text
    return _whole(Request(tuple(dns), said))


def _upper(text: str) -> str:
    return text if text in ("none", "yes", "no") else text.upper()


def _whole(found: Request) -> Request:
    if ("bdn" in found.said) != ("edn" in found.said):
        raise _bad("bdn and edn go together")
    if sum((bool(found.dns), "bdn" in found.said)) > 1:
        raise _bad("Either dn or bdn and edn")
    if len(found.dns) > _DNS_AT_ONCE or len(set(found.dns)) != len(found.dns):
        raise _bad("One to eight different DNs")
    if block := found.block:
        first, last = block
        if len(first) != len(last) or first > last:
            raise Refusal(Code.INVALID_VALUE, Parameter("param", "edn"))
    return found


def _bad(reason: str) -> Refusal:
    return Refusal(Code.BAD_ARGS, Parameter("reason", reason))


def enter(view: View, found: Request) -> int:
    """Do ent_sub and return how many updates it counts as."""
    fields = {label: text for label, text in found.fields.items() if text != "none"}
    _check_entities(view, fields)
    if not fields.get("sp") and not fields.get("rn"):
        raise _bad("sp or rn expected")
    force = found.said.get("force") == "yes"
    if block := found.block:
        return _enter_block(view, block, fields, force)
    if not found.dns:
        raise _bad("dn parameter expected")
    if imsi := found.said.get("imsi"):
        if "rn" in fields:
            raise _bad("An IMSI is on an sp")
        fields["imsi"] = imsi
    stand = [row for row in map(view.single, found.dns) if row]
    if len(stand) == len(found.dns) and all(_says(row, fields) for row in stand):
        raise Refusal(Code.NO_UPDATES)
    if stand and not force:
        raise Refusal(Code.CONFLICT_FOUND, Parameter("dns", (shown(stand[0]),)))
    for dn in found.dns:
        view.put_single(dn, fields)
    return len(found.dns)


def _enter_block(view: View, ends: tuple[str, str], fields: dict[str, str], force: bool) -> int:
    stands = view.overlapping(*ends)
    same = stands is not None and (stands["bdn"], stands["edn"]) == ends
    if stands is not None and same and _says(stands, fields):
        raise Refusal(Code.NO_UPDATES)
    if stands is not None and not (same and force):
        raise Refusal(Code.CONFLICT_FOUND, Parameter("dnblocks", (shown(stands),)))
    view.put_block(*ends, fields)
    return 1


def update(view: View, found: Request) -> int:
    """Do upd_sub and return how many updates it counts as; a block has to be named exactly."""
    row = _named(view, found)
    _check_entities(view, {label: text for label, text in found.fields.items() if text != "none"})
    fields = {label: row[label] for label in (*_FIELDS, "imsi") if label in row}
    for label, text in found.fields.items():
        fields[label] = "" if text == "none" else text
    if fields["sp"] and fields["rn"]:
        raise _bad("sp and rn exclude each other")
    if _says(row, fields):
        raise Refusal(Code.NO_UPDATES)
    if block := found.block:
        view.put_block(*block, fields)
    else:
        view.put_single(found.dns[0], fields)
    return 1


def delete(view: View, found: Request) -> int:
    """Do dlt_sub and return how many updates it counts as; a block has to be named exactly."""
    if imsi := found.said.get("imsi"):
        rows = view.of_imsi(imsi)
        if not rows:
            raise Refusal(Code.NOT_FOUND)
        for row in rows:
            view.drop_single(row["dn"])
        return len(rows)
    _named(view, found)
    if block := found.block:
        view.drop_block(block[0])
    else:
        view.drop_single(found.dns[0])
    return 1


def _named(view: View, found: Request) -> Row:
    if block := found.block:
        row = view.overlapping(*block)
        if row is None or (row["bdn"], row["edn"]) != block:
            raise Refusal(Code.NOT_FOUND)
        return row
    if len(found.dns) != 1:
        raise _bad("dn parameter expected")
    row = view.single(found.dns[0])
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return row


def _check_entities(view: View, fields: Mapping[str, str]) -> None:
    if fields.get("sp") and fields.get("rn"):
        raise _bad("sp and rn exclude each other")
    for label, kind in (("sp", "SP"), ("rn", "RN")):
        if fields.get(label) and not view.has_entity(fields[label], kind):
            raise Refusal(Code.NE_NOT_FOUND, Parameter("id", fields[label]))


def _says(row: Row, fields: Mapping[str, str]) -> bool:
    return all(row[each] == fields.get(each, "") for each in row if each in (*_FIELDS, "imsi"))


def shown(row: Row) -> Group:
    """Return an entry as responses show it."""
    return tuple(Parameter(label, row[label]) for label in row if label != "digits" and row[label])
