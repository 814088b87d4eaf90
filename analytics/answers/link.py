"""How one link was, both ways, and what was predicted and planned about it."""

from typing import Any

from analytics.answers.asked import Asked, Cells, UnknownName, share
from forerunner.ledger import Ledger
from forerunner.topology import Direction, Link, UnknownLink

_READ = ("if_out_octets", "probe_sent", "probe_lost", "probe_rtt_s")
_LOOKED_THROUGH, _SHOWN = 500, 5


def find(asked: Asked, name: str) -> Link:
    """Return a link by its name, its ends in either order.

    Raises:
        UnknownName: There is none; says which one is nearest.
    """
    try:
        return asked.topology.link(name)
    except UnknownLink:
        raise UnknownName("link", name, (each.name for each in asked.topology.links)) from None


def link(asked: Asked, name: str, ledger: Ledger) -> dict[str, Any]:
    """Return utilisation, loss and delay of a link over the span, and the ledger's word on it.

    Raises:
        UnknownName: There is no such link.
        LedgerError: The ledger cannot be read.
    """
    found = find(asked, name)
    ways = [_way(asked, found, way) for way in found.directions]
    about = {"name": found.name, "capacity_bit_s": found.capacity, "cost": found.cost}
    return {**about, "span_s": asked.span_s, "directions": ways, **_recorded(ledger, found.name)}


def _way(asked: Asked, found: Link, way: Direction) -> dict[str, Any]:
    wanted = asked.wanted(_READ, way)
    series, p95 = asked.series(wanted), asked.quantile(wanted, 0.95)
    key = (way.host, way.interface)
    empty: Cells = []
    sent, lost = (series.get((*key, x), empty) for x in ("probe_sent", "probe_lost"))
    bit_s = series.get((*key, "if_out_bit_s"), empty)
    return {
        "name": way.name,
        "interface": way.interface,
        "utilisation": [share(x, found.capacity) for x in bit_s],
        "utilisation_p95": share(p95.get((*key, "if_out_bit_s")), found.capacity),
        "loss": [share(part, whole) for part, whole in zip(lost, sent, strict=False)],
        "rtt_s": series.get((*key, "probe_rtt_s"), empty),
        "rtt_s_p95": p95.get((*key, "probe_rtt_s")),
    }


def _recorded(ledger: Ledger, name: str) -> dict[str, Any]:
    """Return the newest predictions and plans about a link."""
    predictions = [each for each in ledger.predictions(_LOOKED_THROUGH) if each.target == name]
    entries = [x for x in ledger.entries(_SHOWN * 4) if x.plan.variables.get("link") == name]
    return {
        "predictions": [each.to_dict() for each in predictions[:_SHOWN]],
        "plans": [
            {
                "id": each.plan.id,
                "playbook": each.plan.playbook,
                "reason": each.plan.reason,
                "states": [outcome.state for outcome in each.outcomes],
            }
            for each in entries[:_SHOWN]
        ],
    }
