"""How a device is, as far as its NAPALM driver has getters for it: sessions, interfaces, errors."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.configure.health import new_errors, sentences

_DOWN = ("shutdown", "disable")


@dataclass(frozen=True)
class Vitals:
    """What a driver's getters tell of a device.

    Attributes:
        peers: BGP peers whose session is up; None where that cannot be read.
        up: Interfaces that are up; None where that cannot be read.
        errors: Errors that each interface has counted; None where that cannot be read.
        skipped: Getters that gave nothing, and why.
    """

    peers: frozenset[str] | None
    up: frozenset[str] | None
    errors: Mapping[str, int] | None
    skipped: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return counts and names as plain data."""
        return {
            "bgp_established": sorted(self.peers or ()),
            "interfaces_up": sorted(self.up or ()),
            "errors": sum((self.errors or {}).values()),
            "not_read": list(self.skipped),
        }


@dataclass(frozen=True)
class Expected:
    """What must hold of a device afterwards.

    Attributes:
        before: Its vitals before.
        running: What it ran.
        target: What it was given.
        most_errors: New errors on an interface that are borne.
    """

    before: Vitals
    running: str
    target: str
    most_errors: int

    def problems(self, now: Vitals) -> list[str]:
        """Return a sentence for each thing that is worse than before, and not meant to be."""
        was = self.before
        pairs = ((was.peers, now.peers), (was.up, now.up), (was.errors, now.errors))
        if any(old is not None and new is None for old, new in pairs):
            return [f"its state can no longer be read: {'; '.join(now.skipped)}"]
        gone = {
            "BGP is no longer established with": self._lost(was.peers, now.peers),
            "no longer up is": self._lost(was.up, now.up),
        }
        # Where they could not be read before, every count since the start would look new.
        errors = now.errors if was.errors is not None else None
        return [*sentences(gone), *new_errors(was.errors or {}, errors or {}, self.most_errors)]

    def _lost(self, was: frozenset[str] | None, now: frozenset[str] | None) -> frozenset[str]:
        """Return what is gone though the change did not take it away."""
        lost = (was or frozenset()) - (now or frozenset())
        return frozenset(name for name in lost if not self._may_go(name))

    def _may_go(self, name: str) -> bool:
        """Return whether the change takes something's last line away, or shuts it down."""
        before, after = _Named(self.running, name), _Named(self.target, name)
        return (before.there and not after.there) or (after.down and not before.down)


class _Named:
    """Whether a configuration names something, and whether it shuts it down."""

    def __init__(self, config: str, name: str) -> None:
        words = [line for line in _statements(config) if name in line]
        self.there = bool(words)
        self.down = any(x[-1] in _DOWN and x[-2] != "no" for x in words)


def read_vitals(driver: Any) -> Vitals:
    """Ask a driver's getters; one that it lacks, or that fails, is skipped and said."""
    skipped: list[str] = []

    def ask(getter: str, read: Callable[[Any], Any]) -> Any:
        try:
            return read(getattr(driver, getter)())
        except RuntimeError:
            # How a driver says that it lacks one.
            skipped.append(f"{getter}: not supported")
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            # A getter that stumbles over what it is told says nothing of the device.
            skipped.append(f"{getter}: {type(error).__name__}")
        return None

    peers = ask("get_bgp_neighbors", _peers)
    up = ask("get_interfaces", _up)
    return Vitals(peers, up, ask("get_interfaces_counters", _errors), tuple(skipped))


def _peers(found: Mapping[str, Any]) -> frozenset[str]:
    peers = (item for vrf in found.values() for item in vrf["peers"].items())
    return frozenset(str(name) for name, peer in peers if peer.get("is_up"))


def _up(found: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(name) for name, each in found.items() if each["is_up"])


def _errors(found: Mapping[str, Any]) -> dict[str, int]:
    # Some drivers say -1 of what is not counted.
    return {
        str(name): sum(max(0, int(each.get(way, 0))) for way in ("rx_errors", "tx_errors"))
        for name, each in found.items()
    }


def _statements(config: str) -> Iterator[list[str]]:
    """Yield each line's words, after those of the line at the margin that it stands below."""
    head: list[str] = []
    for line in config.splitlines():
        words = line.split()
        if line[:1].isspace():
            yield [*head, *words]
        elif words:
            head = words
            yield words
