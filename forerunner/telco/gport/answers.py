"""Responses, and the entries that they tell of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forerunner.telco.errors import TelcoError
from forerunner.telco.gport import grammar
from forerunner.telco.gport.blocks import Block, Target
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.grammar import Group, Parameter

_PLAIN = re.compile(r"rsp \(iid ([0-9]{1,10}), rc ([0-9]{1,5})\)")
_NUMBER = re.compile(r"[0-9]{5,15}")
_KNOWN = {"dn", "id", "bdn", "edn", "sp", "rn", "pt"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response.

    Attributes:
        iid: Number of the request that it belongs to; 0 for none.
        code: See `Code`.
        data: What comes with it.
    """

    iid: int
    code: int
    data: Group = ()


def answer(text: str, system: str) -> Answer:
    """Return the response that a text is.

    Raises:
        TelcoError: It is none.
    """
    if plain := _PLAIN.fullmatch(text):
        return Answer(int(plain[1]), int(plain[2]))
    message = grammar.parse(text, system)
    iid, code = (grammar.value(message.items, label, "0") for label in ("iid", "rc"))
    if message.name != "rsp" or not (
        iid.isascii() and iid.isdigit() and re.fullmatch("[0-9]+", code)
    ):
        raise TelcoError(system, "what comes back is no PDBI response; is it an EPAP?")
    data = grammar.inner(message.items, "data")
    return Answer(int(iid), int(code), data if isinstance(data, tuple) else (data,))


def entries(found: Answer, system: str) -> Iterator[tuple[Block, bool]]:
    """Yield the entries of a response to rtrv_sub; true with those of a single number.

    What has hexadecimal digits is no subscriber's number and is left out.

    Raises:
        TelcoError: It is refused, or an entry cannot be understood.
    """
    if found.code == Code.NOT_FOUND:
        return
    if found.code != Code.SUCCESS:
        raise TelcoError(system, f"rtrv_sub is refused with code {found.code}")
    for part in found.data:
        if isinstance(part, Parameter) and part.label in ("dns", "dnblocks"):
            for group in part.value:
                single = part.label == "dns"
                block = _block(group, single)
                if block is None:
                    raise TelcoError(system, "an entry of rtrv_sub cannot be understood")
                if block.first:
                    yield block, single


def _block(group: object, single: bool) -> Block | None:
    if not isinstance(group, tuple):
        return None
    said = {each.label: each.value for each in group if isinstance(each, Parameter)}
    first = said.get("dn", said.get("id")) if single else said.get("bdn")
    last = first if single else said.get("edn")
    if not isinstance(first, str) or not isinstance(last, str):
        return None
    if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(last)):
        return Block(0, 0, Target())
    named = {label: _said(said.get(label, "")) for label in ("sp", "rn", "pt")}
    other = tuple((label, _said(each)) for label, each in said.items() if label not in _KNOWN)
    return Block(int(first), int(last), Target(**named, other=tuple(x for x in other if x[1])))


def _said(found: grammar.Value) -> str:
    if not isinstance(found, str):
        return "(several)"
    return "" if found == "none" else found
