"""In which order to change many devices: a canary, then waves that cut nothing.

While it is changed, a device counts as lost, unless all that its change can break are some of its
links; and a change that both ends of a link must make to go on understanding each other (timers,
authentication, area) is one part that writes to both, the end farther from the controller first,
and risks that link. Parts of one wave are applied side by side, so a wave holds only parts whose
losses, all or some, leave every other device managed and every demand on its way.

Example: on a ring that is managed in band, new OSPF timers are one wave a link, beginning
opposite the controller; two links at once would cut the ring in two.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from analytics.decide.state import Refusal
from analytics.decide.survival import Duties


@dataclass(frozen=True)
class Change:
    """What is to change on one device.

    Attributes:
        agreements: Names of the links whose other end must change at the same time.
        rest: Whether anything changes beside these.
        breaks: Names of the links that the rest can break; None: the device as a whole.
        separable: Whether each link's agreement can be applied without the others.
    """

    agreements: frozenset[str] = frozenset()
    rest: bool = True
    breaks: frozenset[str] | None = None
    separable: bool = True


@dataclass(frozen=True)
class Part:
    """The smallest piece of a rollout: applied, and confirmed or restored, as one.

    Attributes:
        devices: Written to together; the farthest from the controller first, in a wave.
        agreements: Names of the links whose ends are brought into agreement.
        breaks: Names of the links that may be lost meanwhile; None: the devices themselves.
    """

    devices: tuple[str, ...]
    agreements: frozenset[str] = frozenset()
    breaks: frozenset[str] | None = None

    @property
    def name(self) -> str:
        """Return the part's name: its links where it is about these, else its devices."""
        return ", ".join(sorted(self.agreements) or self.devices)


@dataclass(frozen=True)
class Wave:
    """Parts that are applied side by side.

    Attributes:
        parts: Farthest from the controller first.
        exposes: What is not kept if this wave goes wrong, until it is restored; a sentence each.
    """

    parts: tuple[Part, ...]
    exposes: tuple[str, ...] = ()

    @property
    def devices(self) -> tuple[str, ...]:
        """Return whom the wave writes to, in the order of writing."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.devices))


@dataclass(frozen=True)
class WavePolicy:
    """How waves may grow.

    Attributes:
        growth: How many times as many parts each wave may hold as the one before; 1 or more.
        maximum_devices: Devices in a wave at the most; 0 for no limit.
        allow_exposed: Let parts that no order can protect go last, each alone.
    """

    growth: float = 2.0
    maximum_devices: int = 0
    allow_exposed: bool = False


def parts_of(changes: Mapping[str, Change], duties: Duties) -> tuple[Part, ...] | Refusal:
    """Cut a change of many devices into the smallest parts that can be applied by themselves.

    Args:
        changes: By device; only devices that change.
        duties: The topology, and what must be kept.

    Raises:
        UnknownLink: A change names a link that the topology does not hold.
    """
    found: list[Part] = []
    for device, change in changes.items():
        for name in sorted(change.agreements):
            link = duties.topology.link(name)
            missing = [end for end in link.ends if name not in _agreements(changes, end)]
            if missing:
                return _one_ended(device, name, missing[0])
            found.append(Part(link.ends, frozenset({name}), frozenset({name})))
        if change.rest:
            found.append(Part((device,), frozenset(), change.breaks))
    whole = [name for name, change in changes.items() if not change.separable]
    return _joined(dict.fromkeys(found), whole)


def order_waves(
    todo: Collection[Part], duties: Duties, policy: WavePolicy | None = None
) -> tuple[Wave, ...] | Refusal:
    """Return the waves in which to apply parts, the canary first, or what cannot be kept.

    Greedy first-fit: O(P² · (V + E)) for P parts without demands.

    Args:
        todo: As `parts_of` cuts them.
        duties: What every wave must leave in touch.
        policy: How waves may grow.
    """
    policy = policy or WavePolicy()
    placed = [_placed(part, duties) for part in todo]
    exposed = {part: cut for part in placed if (cut := duties.broken(*_risk([part])))}
    if exposed and not policy.allow_exposed:
        return _unprotected(exposed)
    safe = [part for part in placed if part not in exposed]
    last = sorted(exposed, key=lambda part: _distance(part, duties))
    packed = _packed(_canary_first(safe, duties), duties, policy)
    return (*packed, *(Wave((part,), exposed[part]) for part in last))


def _packed(ordered: Sequence[Part], duties: Duties, policy: WavePolicy) -> list[Wave]:
    found: list[Wave] = []
    left, room = list(ordered), 1.0
    while left:
        taken: list[Part] = []
        for part in left:
            if len(taken) < int(room) and _fits(part, taken, duties, policy.maximum_devices):
                taken.append(part)
        left = [part for part in left if part not in taken]
        found.append(Wave(tuple(taken)))
        room *= max(policy.growth, 1.0)
    return found


def _fits(part: Part, taken: Sequence[Part], duties: Duties, most: int) -> bool:
    if not taken:
        return True
    devices = {name for each in (*taken, part) for name in each.devices}
    if most and len(devices) > most:
        return False
    return not duties.broken(*_risk([*taken, part]))


def _risk(together: Iterable[Part]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the devices and the links that may be lost while these parts are applied."""
    devices, links = set[str](), set[str]()
    for part in together:
        if part.breaks is None:
            devices.update(part.devices)
        else:
            links.update(part.breaks)
    return frozenset(devices), frozenset(links)


def _canary_first(safe: Sequence[Part], duties: Duties) -> list[Part]:
    """Return the parts from the farthest on, after the one that matters least."""
    ordered = sorted(safe, key=lambda part: _distance(part, duties))
    if not ordered:
        return []
    canary = min(ordered, key=lambda part: (len(part.devices), _carried(part, duties)))
    return [canary, *(part for part in ordered if part != canary)]


def _carried(part: Part, duties: Duties) -> float:
    return sum(duties.carried(device) for device in part.devices)


def _distance(part: Part, duties: Duties) -> tuple[int, str]:
    # The nearest end counts: it is the last to be cut off.
    return (-min(duties.hops(device) for device in part.devices), part.name)


def _placed(part: Part, duties: Duties) -> Part:
    devices = tuple(sorted(part.devices, key=lambda name: (-duties.hops(name), name)))
    return Part(devices, part.agreements, part.breaks)


def _agreements(changes: Mapping[str, Change], device: str) -> frozenset[str]:
    return changes[device].agreements if device in changes else frozenset()


def _joined(found: Collection[Part], whole: Collection[str]) -> tuple[Part, ...]:
    """Join the parts that share a device whose change cannot be cut."""
    graph: nx.Graph[int] = nx.Graph()
    numbered, nodes = list(found), {name: -1 - index for index, name in enumerate(whole)}
    graph.add_nodes_from(range(len(numbered)))
    for number, part in enumerate(numbered):
        graph.add_edges_from((number, nodes[name]) for name in part.devices if name in nodes)
    groups = [
        [numbered[node] for node in sorted(group) if node >= 0]
        for group in nx.connected_components(graph)
    ]
    return tuple(_union(group) for group in groups if group)


def _union(group: Sequence[Part]) -> Part:
    if len(group) == 1:
        return group[0]
    devices = tuple(dict.fromkeys(name for part in group for name in part.devices))
    agreements = frozenset(name for part in group for name in part.agreements)
    risks = [part.breaks for part in group]
    if any(risk is None for risk in risks):
        return Part(devices, agreements, None)
    return Part(devices, agreements, frozenset(name for risk in risks for name in risk or ()))


def _one_ended(device: str, link: str, other: str) -> Refusal:
    reason = (
        f"{device} and {other} must change at the same time to go on understanding each other "
        f"on {link}, and {other} does not change with it; change both (--limit {device},{other})"
    )
    return Refusal(link, "one_end_only", reason)


def _unprotected(exposed: Mapping[Part, Sequence[str]]) -> Refusal:
    lines = [f"{part.name} ({' and '.join(cut)})" for part, cut in exposed.items()]
    reason = (
        f"no order can keep what hangs on {'; '.join(lines)}; give it a second way, or let these "
        f"go last, each alone and under its restore timer: allow_exposed"
    )
    return Refusal(next(iter(exposed)).name, "unprotected", reason)
