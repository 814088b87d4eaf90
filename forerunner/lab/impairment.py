"""Impairing a link: loss, delay, a lower rate, or a silent black hole, in both directions.

Loss and black hole are drops at the ingress of the receiving end (nftables, netdev hook): they
show in no interface counter and the carrier stays up, as with a failing optic. The rate is held
at the egress of the sending end (tbf); so is delay, by netem, or by NFQUEUE where the kernel has
no netem.

The kernel's own state is the truth: what is in force is read back from it, never remembered.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from forerunner.lab import delay
from forerunner.lab.commands import run, run_all
from forerunner.lab.errors import CommandFailed, LabError
from forerunner.lab.journal import NETNS
from forerunner.lab.lab import Lab
from forerunner.topology import Direction, Link

_STEPS = 10_000
"""Resolution of loss: one in so many packets."""
_BURST_BYTES = 32_768
_QUEUE_S = 0.05
_COMMENT = re.compile(r"loss ([0-9.e-]+)|black hole")


@dataclass(frozen=True)
class Impairment:
    """What a link does to packets, each way.

    Attributes:
        loss: Share of packets dropped at random, 0 to 1.
        blackhole: Whether every packet vanishes while the carrier stays up.
        rate: Bit/s that are left, each way; None when nothing limits it.
        delay_s: Seconds added each way.
    """

    loss: float = 0.0
    blackhole: bool = False
    rate: float | None = None
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no link can do.

        Raises:
            LabError: Names the field and its range.
        """
        if not 0 <= self.loss <= 1:
            raise LabError(f"loss {self.loss:g} must be a share from 0 to 1")
        if self.rate is not None and self.rate < 8_000:
            raise LabError(f"rate {self.rate:g} must be at least 8000 bit/s")
        if not 0 <= self.delay_s <= 10:
            raise LabError(f"delay {self.delay_s:g} must be 0 to 10 seconds")

    def describe(self) -> str:
        """Return it in a few words, as `loss 5%, rate 10 Mbit/s`."""
        words = ["black hole"] if self.blackhole else []
        words += [f"loss {self.loss:.4g}"] if self.loss else []
        words += [f"rate {self.rate:.4g} bit/s"] if self.rate is not None else []
        words += [f"delay {self.delay_s:g} s"] if self.delay_s else []
        return ", ".join(words) or "clean"


CLEAN = Impairment()
HALF = Impairment(loss=0.5 / _STEPS, rate=1e15)
"""Stands for directions that differ, as after an act that was cut short: equals nothing asked."""


def apply(lab: Lab, link: str, impairment: Impairment) -> bool:
    """Let a link do this to packets, instead of whatever it did, and return whether that differs.

    Args:
        lab: A lab that is up.
        link: Name of the link.
        impairment: What it shall do.

    Raises:
        UnknownLink: The lab has no such link.
        LabError: This kernel does not offer it.
    """
    before = current(lab, link)
    if _same(before, impairment):
        return False
    wire = lab.link(link)
    if _drops(before) != _drops(impairment):
        set_drops(lab, wire, impairment)
    if (before.rate, before.delay_s) != (impairment.rate, impairment.delay_s):
        set_queues(lab, wire, impairment)
    return True


def clear(lab: Lab, link: str) -> bool:
    """Make a link clean again and return whether it was not."""
    return apply(lab, link, CLEAN)


def current(lab: Lab, link: str) -> Impairment:
    """Return what a link does to packets now, as the kernel says."""
    ways = lab.link(link).directions
    shows = (_show_drops, _show_queue, delay.show)
    shown = run_all(show(lab, way) for way in ways for show in shows)
    found = [
        Impairment(**_read_drops(rules, way), **_read_queue(queue, delay.read(held, lab, way)))
        for way, rules, queue, held in zip(ways, shown[::3], shown[1::3], shown[2::3], strict=True)
    ]
    return found[0] if _same(*found) else HALF


def set_drops(lab: Lab, link: Link, impairment: Impairment) -> None:
    """Set loss and black hole at both ends without asking what is in force."""
    run_all(
        ("sh", "-c", 'printf "%s\\n" "$2" | exec nsenter --net="$1" nft -f -', "sh", path, script)
        for way in link.directions
        for path, script in [_drop_script(lab, way, impairment)]
    )


def set_queues(lab: Lab, link: Link, impairment: Impairment) -> None:
    """Set rate and delay at both ends without asking what is in force.

    Raises:
        LabError: The kernel offers neither netem nor NFQUEUE and a delay was asked for.
    """
    for way in link.directions:
        delay.stop(lab, way)
        try:
            _set_queue(lab, way, _queue(impairment))
        except CommandFailed as error:
            if not impairment.delay_s or "unknown" not in str(error):
                raise
            _set_queue(lab, way, _queue(replace(impairment, delay_s=0.0)))
            delay.start(lab, way, impairment.delay_s)


def _set_queue(lab: Lab, way: Direction, options: tuple[str, ...]) -> None:
    base = ("tc", "-n", lab.namespace(way.host), "qdisc")
    device = ("dev", way.interface, "root")
    # `replace` keeps a queue of another kind; a fresh one has no history.
    shown = run(*base, "show", *device[:2])
    if any(kind in shown for kind in ("tbf", "netem")):
        run(*base, "delete", *device)
    if options:
        run(*base, "add", *device, *options)


def _same(one: Impairment, two: Impairment) -> bool:
    return _drops(one) == _drops(two) and (one.rate, one.delay_s) == (two.rate, two.delay_s)


def _drops(impairment: Impairment) -> int:
    return _STEPS if impairment.blackhole else round(impairment.loss * _STEPS)


def _queue(impairment: Impairment) -> tuple[str, ...]:
    rate = () if impairment.rate is None else ("rate", f"{impairment.rate:.0f}bit")
    if impairment.delay_s:
        return ("netem", "delay", f"{impairment.delay_s * 1000:g}ms", *rate)
    if not rate:
        return ()
    return ("tbf", *rate, "burst", str(_BURST_BYTES), "latency", f"{_QUEUE_S * 1000:g}ms")


def _table(way: Direction) -> str:
    # The table sits at the receiving end, on the interface towards the sender.
    return f"impair_{re.sub(r'[^A-Za-z0-9]', '_', way.host)}"


def _drop_script(lab: Lab, way: Direction, impairment: Impairment) -> tuple[str, str]:
    table = f"netdev {_table(way)}"
    # One transaction: there is no moment at which the old rule is gone and the new not there.
    lines = [f"add table {table}", f"delete table {table}"]
    lines += _rules(table, f"to-{way.host}", impairment) if _drops(impairment) else []
    return str(NETNS / lab.namespace(way.peer)), "\n".join(lines)


def _rules(table: str, interface: str, impairment: Impairment) -> Iterator[str]:
    hook = f'type filter hook ingress device "{interface}" priority -500; policy accept;'
    yield f"add table {table}"
    yield f"add chain {table} drops {{ {hook} }}"
    steps = _drops(impairment)
    if impairment.blackhole:
        yield f'add rule {table} drops counter drop comment "black hole"'
    elif steps == _STEPS:
        yield f'add rule {table} drops counter drop comment "loss 1"'
    else:
        share = f'comment "loss {steps / _STEPS:g}"'
        yield f"add rule {table} drops numgen random mod {_STEPS} < {steps} counter drop {share}"


def _show_drops(lab: Lab, way: Direction) -> tuple[str, ...]:
    return (
        *("nsenter", f"--net={NETNS / lab.namespace(way.peer)}"),
        *("nft", "list", "ruleset", "netdev"),
    )


def _show_queue(lab: Lab, way: Direction) -> tuple[str, ...]:
    return ("tc", "-n", lab.namespace(way.host), "-j", "qdisc", "show", "dev", way.interface)


def _read_drops(shown: str, way: Direction) -> dict[str, Any]:
    _, _, rules = shown.partition(f"table netdev {_table(way)} {{")
    match = _COMMENT.search(rules.partition("\n}")[0])
    if match is None:
        return {}
    return {"loss": float(match[1])} if match[1] else {"blackhole": True}


def _read_queue(shown: str, held_s: float) -> dict[str, Any]:
    for queue in json.loads(shown):
        options = queue.get("options", {})
        if queue["kind"] == "tbf":
            return {"delay_s": held_s, "rate": options["rate"] * 8.0}
        if queue["kind"] == "netem":
            rate = options.get("rate", {}).get("rate", 0) * 8.0
            return {"delay_s": held_s + options["delay"]["delay"], "rate": rate or None}
    return {"delay_s": held_s}
