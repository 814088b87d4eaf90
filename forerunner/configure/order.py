"""From what changes on each device to the waves in which it is changed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from analytics.decide import Change, Duties, Part, Refusal, Wave, WavePolicy, order_waves, parts_of
from forerunner.dialects import config_tree, frr
from forerunner.topology import Link, Topology

# What both ends of a link must have alike to be neighbours. Source: RFC 2328, section 10.5.
_AGREED = (
    "ip ospf area ",
    "ip ospf authentication",
    "ip ospf dead-interval ",
    "ip ospf hello-interval ",
    "ip ospf message-digest-key ",
    "ip ospf network ",
)
# What says something to people alone.
_HARMLESS = ("description ",)


@dataclass(frozen=True)
class Meant:
    """What one device runs and is to run.

    Attributes:
        running: What it runs.
        target: What it is to run.
        whole: Its lines are not read: whatever changes puts the whole device at risk.
    """

    running: str
    target: str
    whole: bool = False


class Order:
    """Cuts a change of many devices into parts, and puts them into waves.

    Args:
        meant: By device; only those that change.
        assumed: What the others run, as far as it is known.
        duties: The topology, and what must be kept.
        policy: How waves may grow.
    """

    def __init__(
        self,
        meant: Mapping[str, Meant],
        assumed: Mapping[str, str],
        duties: Duties,
        policy: WavePolicy,
    ) -> None:
        self._meant, self._assumed = meant, assumed
        self._duties, self._policy = duties, policy
        self._links = _links(duties.topology)
        self._changes = {name: self._change(name) for name in meant}

    def waves(self) -> tuple[Wave, ...] | Refusal:
        """Return the waves, or why there is no order that is safe.

        What hangs on a device without a link in the topology nobody knows: it goes last, alone.
        """
        parts = parts_of(self._changes, self._duties)
        if isinstance(parts, Refusal):
            return parts
        linked = [part for part in parts if set(part.devices) & set(self._duties.topology.routers)]
        waves = order_waves(linked, self._duties, self._policy)
        if isinstance(waves, Refusal):
            return waves
        return (*waves, *(Wave((part,)) for part in parts if part not in linked))

    def target(self, part: Part, device: str, running: str) -> str:
        """Return what a device is to run once a part is applied to what it runs now."""
        target, change = self._meant[device].target, self._changes[device]
        if not change.agreements:
            return target
        inside = self._agreed_lines(device, part.agreements or change.agreements)

        def chosen(path: config_tree.Path) -> bool:
            return inside(path) is bool(part.agreements)

        have, want = frr.parse(running), frr.parse(target)
        return config_tree.text(config_tree.merged(have, want, chosen), frr.GRAMMAR)

    def _change(self, device: str) -> Change:
        if self._meant[device].whole:
            return Change()
        agreements, broken, whole, rest = set[str](), set[str](), False, False
        for path in self._differing(device):
            link = self._link(device, path)
            if link is None:
                whole = rest = True
            elif path[1].startswith(_AGREED) and not self._comes_into_agreement(device, link):
                agreements.add(link.name)
            else:
                rest = True
                broken |= set() if path[1].startswith(_HARMLESS) else {link.name}
        return Change(frozenset(agreements), rest, None if whole else frozenset(broken))

    def _differing(self, device: str) -> Iterator[config_tree.Path]:
        have, want = (
            frr.parse(x) for x in (self._meant[device].running, self._meant[device].target)
        )
        yield from config_tree.missing(have, want)
        yield from config_tree.missing(want, have)

    def _link(self, device: str, path: config_tree.Path) -> Link | None:
        """Return the link that a line is about; None where it is about the device."""
        if len(path) < 2 or not path[0].startswith("interface "):
            return None
        return self._links.get((device, path[0].removeprefix("interface ")))

    def _comes_into_agreement(self, device: str, link: Link) -> bool:
        """Return whether the other end runs what this one is to run: then one end is enough."""
        ways = {way.host: way for way in link.directions}
        peer = next(name for name in ways if name != device)
        known = self._meant[peer].running if peer in self._meant else self._assumed.get(peer)
        after = _agreed(self._meant[device].target, ways[device].interface)
        return known is not None and _agreed(known, ways[peer].interface) == after

    def _agreed_lines(
        self, device: str, links: frozenset[str]
    ) -> Callable[[config_tree.Path], bool]:
        def inside(path: config_tree.Path) -> bool:
            link = self._link(device, path)
            return link is not None and link.name in links and path[1].startswith(_AGREED)

        return inside


def _links(topology: Topology) -> dict[tuple[str, str], Link]:
    return {(way.host, way.interface): link for link in topology.links for way in link.directions}


def _agreed(config: str, interface: str) -> frozenset[str]:
    paths = (path for path in frr.parse(config) if path[0] == f"interface {interface}")
    return frozenset(path[1] for path in paths if len(path) > 1 and path[1].startswith(_AGREED))
