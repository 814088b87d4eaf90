"""Asking an FRR router for the evidence, in one round trip."""

from collections.abc import Mapping
from typing import Any

from forerunner.dialects import UnreadableAnswer, frr
from forerunner.dialects.redaction import hide
from forerunner.evidence.seen import Announced, Neighbour, Port, Seen
from forerunner.fleet import Rejected, Session

_SHOW_INTERFACES = "show interface json"
_SHOW_OSPF = "show ip ospf json"
QUESTIONS = (
    _SHOW_INTERFACES,
    _SHOW_OSPF,
    frr.SHOW_INTERFACES,
    frr.SHOW_NEIGHBOURS,
    frr.SHOW_DATABASE,
)


async def read(session: Session, host: str) -> Seen:
    """Return what a router says; its ARP table is asked for elsewhere.

    Raises:
        Rejected: It answers something else.
        Unreachable: The session broke off.
    """
    answer = await session.execute("\n".join(QUESTIONS))
    try:
        return parse(answer)
    except (UnreadableAnswer, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = hide(f"its topology cannot be read: {type(error).__name__}: {error}")
        raise Rejected(host, problem) from error


def parse(answer: str) -> Seen:
    """Return what the answer to all `QUESTIONS` says.

    Raises:
        UnreadableAnswer: It is not that; as is said by KeyError, TypeError, ValueError.
    """
    interfaces, process, ospf, neighbours, database = frr.documents(answer)
    # Where OSPF does not run, its answers are empty.
    costs = frr.interface_costs(ospf) if ospf else {}
    return Seen(
        str(process.get("routerId", "")),
        {name: _port(data, costs.get(name)) for name, data in interfaces.items()},
        _neighbours(neighbours),
        _announced(database),
    )


def _port(data: Mapping[str, Any], cost: int | None) -> Port:
    shut = data["administrativeStatus"] != "up"
    addresses = (str(each["address"]) for each in data.get("ipAddresses", ()))
    return Port(
        int(data["index"]),
        "shut down" if shut else str(data["operationalStatus"]),
        tuple(sorted(each for each in addresses if ":" not in each)),
        str(data.get("hardwareAddress", "")).lower(),
        cost,
    )


def _neighbours(document: Mapping[str, Any]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            str(entry["ifaceName"]).partition(":")[0],
            str(router_id),
            str(entry["ifaceAddress"]),
            str(entry["nbrState"]).partition("/")[0].lower(),
        )
        for router_id, entries in document.get("neighbors", {}).items()
        for entry in entries
    )


def _announced(document: Mapping[str, Any]) -> tuple[Announced, ...]:
    return tuple(
        Announced(router_id, str(x["routerInterfaceAddress"]), str(x["neighborRouterId"]), cost)
        for router_id, x in (frr.announced_links(document) if document else ())
        for cost in (int(x["tos0Metric"]),)
    )
