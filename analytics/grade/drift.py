"""Inputs that are unlike what was learned, on many links at once: seen before anybody acts.

One link that loses packets may be failing. Many at the same time are a change of what is
measured, of how it is measured, or of the network as a whole, and no model learned from that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.failure.delay import inflations
from analytics.failure.simulate import USUAL
from analytics.grade.verdict import Seen

SPAN_S = 10.0
"""Seconds up to now that are looked at."""


@dataclass(frozen=True)
class Learned:
    """What a link looked like in training while it was healthy.

    Attributes:
        loss_share: Share of packets, 0 to 1, beyond which undelayed loss over `SPAN_S` is unlike
            it: three times the noise that training calls harmless.
        packets: Packets of a probing interval, both ways.
        factor: How many times more or fewer packets are unlike it.
        links_share: Share of the links, 0 to 1, that must be unlike it at once ...
        links: ... and how many of them at the least.
    """

    loss_share: float = 0.01
    packets: int = 2 * USUAL.packets
    factor: float = 2.0
    links_share: float = 0.5
    links: int = 3


def drifted(links: Mapping[str, Seen], now: float, learned: Learned | None = None) -> str:
    """Return in words how the inputs have drifted; empty when they have not.

    Args:
        links: What the probes of every watched link gave; 100 s up to now tell a queue's delay.
        now: Seconds since the epoch.
        learned: What a healthy link looked like in training.
    """
    learned = learned or Learned()
    unlike = {name: why for name, seen in links.items() if (why := _unlike(seen, now, learned))}
    if len(unlike) < max(learned.links, learned.links_share * len(links)):
        return ""
    shown = "; ".join(f"{name} {why}" for name, why in sorted(unlike.items())[:3])
    return f"{len(unlike)} of {len(links)} links are unlike what was learned at once ({shown})"


def _unlike(seen: Seen, now: float, learned: Learned) -> str:
    recent = (seen.time > now - SPAN_S) & (seen.time <= now)
    if not recent.any():
        return ""
    packets = float(np.median(seen.total[recent]))
    if not learned.packets / learned.factor <= packets <= learned.packets * learned.factor:
        # A hole halves what both ends send together, and is the link's own.
        return f"is probed by {packets:g} packets an interval, learned from {learned.packets}"
    plain = recent & ~inflations(seen.rtt_s)[1]
    total = int(seen.total[plain].sum())
    loss = float(seen.lost[plain].sum()) / total if total else 0.0
    return f"lost {loss:.1%} in {SPAN_S:g} s" if loss > learned.loss_share else ""
