"""Who is heard, and how much of it: before anything of a datagram is read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# As long as a device may send no more than its rate, its storm is told of once.
_STORM_S = 60.0


@dataclass(frozen=True)
class Limits:
    """How much is taken of one device.

    Attributes:
        rate: Datagrams a second, in the long run.
        burst: Datagrams at once.
        largest: Bytes of one.
    """

    rate: float = 20.0
    burst: float = 200.0
    largest: int = 8192


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


@dataclass(frozen=True)
class Storm:
    """More came from a device than is taken.

    Attributes:
        host: Its inventory name.
        dropped: How many datagrams were dropped since it was told of last.
    """

    host: str
    dropped: int


@dataclass
class Counts:
    """What became of what came. Unknown senders are counted together: they may be made up."""

    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: taken and dropped by host, refused by reason."""
        return {
            "taken": dict(self.taken),
            "refused": dict(self.refused),
            "dropped": dict(self.dropped),
        }


class Door:
    """Lets in what comes from a device of the inventory, no larger and no more than allowed.

    Args:
        hosts: Inventory name by source address.
        limits: For each of them.
    """

    def __init__(self, hosts: Mapping[str, str], limits: Limits) -> None:
        self._hosts, self._limits = hosts, limits
        self._buckets: dict[str, _Bucket] = {}
        self._untold: Counter[str] = Counter()
        self._told_at: dict[str, float] = {}
        self.counts = Counts()

    def admit(self, address: str, size: int, now: float) -> str | None:
        """Return the host that a datagram is from; None where it is not let in, which is counted.

        Args:
            address: Where it came from.
            size: Its bytes.
            now: Seconds on any clock that does not go back.
        """
        host = self._hosts.get(address)
        if host is None:
            self.refuse("unknown source")
            return None
        if size > self._limits.largest:
            self.refuse("oversized")
            return None
        if not self._has_token(host, now):
            self.counts.dropped[host] += 1
            self._untold[host] += 1
            return None
        return host

    def refuse(self, reason: str) -> None:
        """Count one that is not taken."""
        self.counts.refused[reason] += 1

    def storms(self, now: float) -> list[Storm]:
        """Return the devices of which datagrams were dropped; each at most once a minute."""
        due = [
            host
            for host in self._untold
            if now - self._told_at.get(host, float("-inf")) >= _STORM_S
        ]
        self._told_at |= dict.fromkeys(due, now)
        return [Storm(host, self._untold.pop(host)) for host in due]

    def _has_token(self, host: str, now: float) -> bool:
        bucket = self._buckets.setdefault(host, _Bucket(self._limits.burst, now))
        grown = bucket.tokens + (now - bucket.filled_at) * self._limits.rate
        bucket.tokens, bucket.filled_at = min(self._limits.burst, grown), now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True
