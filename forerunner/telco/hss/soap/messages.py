"""CAI3G's messages: written by templates, read without anything that a document could ask for.

Source: Ericsson, Generic CAI3G Interface 1.2, as far as public clients show it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

_CODE = re.compile(r"[0-9]{1,10}")
# From the innermost outwards: what the network element says, the gateway, the interface itself.
_FAULT_CODES = ("respCode", "errorcode", "faultcode")
_FAULT = "Cai3gFault"


class NoMessage(Exception):
    """What was answered is no SOAP message."""


@dataclass(frozen=True)
class Answer:
    """What an operation was answered.

    Attributes:
        codes: Of a fault, its codes from the innermost outwards; empty for none.
        fields: The object's attributes, or of a Login what it gives; may hold keys.
    """

    codes: tuple[str, ...]
    fields: Mapping[str, str] = field(repr=False)

    @property
    def code(self) -> str:
        """The interface's own code of a fault; empty for none."""
        return self.codes[-1] if self.codes else ""

    @property
    def reason(self) -> str:
        """The code of whoever refused it in the end; empty for none."""
        return self.codes[0] if self.codes else ""


def read(raw: bytes) -> Answer:
    """Return what a message says.

    Raises:
        NoMessage: It is none.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        raise NoMessage from None
    if root.getroottree().docinfo.doctype or _name(root) != "Envelope":
        raise NoMessage
    body = next((each for each in root if _name(each) == "Body"), None)
    if body is None or not len(body):
        raise NoMessage
    if _name(body[0]) == "Fault":
        return Answer(_codes(body[0]), {})
    leaves = [each for each in body[0].iter() if isinstance(each.tag, str) and not len(each)]
    return Answer((), {_name(each): (each.text or "").strip() for each in leaves})


def _codes(fault: "etree._Element") -> tuple[str, ...]:
    """Return all codes of a fault that are numbers; it may come with or without namespaces."""
    inner = next((each for each in fault.iter() if _name(each) == _FAULT), fault)
    found: dict[str, str] = {}
    for each in inner.iter():
        text = (each.text or "").strip()
        if _name(each) in _FAULT_CODES and _CODE.fullmatch(text):
            found.setdefault(_name(each), text)
    return tuple(found[name] for name in _FAULT_CODES if name in found) or ("0",)


def _name(element: "etree._Element") -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
