"""Which samples are asked for."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """Which samples are asked for.

    Attributes:
        metrics: Names of metrics; None for all.
        hosts: Names of hosts; None for all.
        since: First time, in seconds since the epoch; None for no limit.
        until: The time before which they lie; None for no limit.
        interfaces: Names of interfaces; None for all.
        sites: Names of sites; None for all, and for what was written for none.
    """

    metrics: Collection[str] | None = None
    hosts: Collection[str] | None = None
    since: float | None = None
    until: float | None = None
    interfaces: Collection[str] | None = None
    sites: Collection[str] | None = None

    @property
    def conditions(self) -> tuple[str, list[object]]:
        """Return them as SQL, and the values of its placeholders."""
        texts: list[str] = []
        values: list[object] = []
        for name, some in (
            ("metric", self.metrics), ("host", self.hosts), ("interface", self.interfaces)
        ):  # fmt: skip
            if some is not None:
                texts.append(f"{name} IN ({', '.join('?' * len(some))})" if some else "false")
                values += some
        for text, moment in (("time >= ?", self.since), ("time < ?", self.until)):
            if moment is not None:
                texts.append(text)
                values.append(moment)
        return " AND ".join(texts) or "true", values
