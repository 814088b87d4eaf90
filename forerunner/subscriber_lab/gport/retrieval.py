"""What rtrv_sub answers, in as many responses as the client's size makes of it.

Source: Oracle Communications EAGLE Application Processor, Provisioning Database Interface User's
Guide, chapter 3 (retrieve subscription data).
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from forerunner.subscriber_lab.gport.store import Row, View
from forerunner.subscriber_lab.gport.updates import Refusal, Request, shown
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.grammar import Group, Parameter

_ALL = 40000000
_FRAME = 64


def retrieve(view: View, found: Request, size: int) -> Iterator[tuple[Code, Group]]:
    """Yield code and data of each response.

    Args:
        view: What is held.
        found: The request.
        size: Bytes of a response.

    Raises:
        Refusal: Nothing is found, or the request is none.
    """
    label, rows = _rows(view, found)
    first = next(rows, None)
    if first is None:
        raise Refusal(Code.NOT_FOUND)
    rows = chain([first], rows)
    if found.said.get("data") == "count":
        counts = (Parameter("dn" if label == "dns" else "dnblock", str(sum(1 for _ in rows))),)
        yield Code.SUCCESS, (Parameter("counts", counts),)
        return
    yield from _segments(label, _pages(rows, size))


def _segments(label: str, pages: Iterator[Sequence[Group]]) -> Iterator[tuple[Code, Group]]:
    """Yield a response for each page; all but the last say that more comes."""
    page = next(pages)
    for segment, following in enumerate(pages, 1):
        yield Code.PARTIAL_SUCCESS, _data(label, page, segment)
        page = following
    yield Code.SUCCESS, _data(label, page)


def _rows(view: View, found: Request) -> tuple[str, Iterator[Row]]:
    if imsi := found.said.get("imsi"):
        return "dns", iter(view.of_imsi(imsi))
    count = int(found.said.get("num", _ALL))
    if block := found.block:
        if found.said.get("type", "single") == "block":
            return "dnblocks", view.blocks(*block, count)
        return "dns", view.singles(*block, count)
    if len(found.dns) != 1:
        raise Refusal(Code.BAD_ARGS, Parameter("reason", "dn parameter expected"))
    (dn,) = found.dns
    if row := view.single(dn):
        return "dns", iter([row])
    block_row = view.overlapping(dn, dn)
    return "dnblocks", iter([block_row] if block_row else [])


def _pages(rows: Iterator[Row], size: int) -> Iterator[list[Group]]:
    page: list[Group] = []
    used = _FRAME
    for row in rows:
        group = shown(row)
        length = sum(len(x.label) + len(x.value) + 3 for x in group if isinstance(x, Parameter)) + 4
        if page and used + length > size:
            yield page
            page, used = [], _FRAME
        page.append(group)
        used += length
    yield page


def _data(label: str, page: Sequence[Group], segment: int = 0) -> Group:
    numbered = (Parameter("segment", str(segment)),) if segment else ()
    return (*numbered, Parameter(label, tuple(page)))
