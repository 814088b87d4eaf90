"""How far the telemetry of each device can be relied on: how old, how complete, how often wrong."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from forerunner.store.places import Place, located
from forerunner.store.store import QUARANTINE, Store
from forerunner.store.wanted import Wanted

State = Literal["silent", "stale", "gaps", "wrong", "good"]
_ORDER: tuple[State, ...] = ("silent", "stale", "gaps", "wrong", "good")
_HELD = """
    SELECT host, max(time), count(*), count(DISTINCT interface), min(time)
    FROM {table} WHERE {where} GROUP BY host"""
_REFUSED = "SELECT host, count(*) FROM {table} WHERE {where} GROUP BY host"


@dataclass(frozen=True)
class Terms:
    """What is asked of a device's telemetry.

    Attributes:
        metric: Of every interface, by which it is judged.
        interval_s: Seconds from one of its samples to the next.
        window_s: Seconds that are looked at, up to now.
        stale_s: Age of the newest sample from which on it is stale.
        complete: Share of the samples that must be there.
    """

    metric: str = "if_out_octets"
    interval_s: float = 1.5
    window_s: float = 600.0
    stale_s: float = 10.0
    complete: float = 0.95


@dataclass(frozen=True)
class Quality:
    """How a device's telemetry stands.

    Attributes:
        host: Its inventory name.
        state: `silent` without a sample, `stale`, `gaps` where too many are missing, `wrong` where
            values were quarantined, else `good`.
        age_s: Of the newest sample; None without one.
        complete: Share of the samples that are there.
        wrong: Values that were quarantined.
    """

    host: str
    state: State
    age_s: float | None
    complete: float
    wrong: int

    def describe(self) -> str:
        """Return one sentence for people."""
        newest = "no sample" if self.age_s is None else f"newest sample {self.age_s:.1f} s old"
        return (
            f"{self.host}: telemetry is {self.state}, {newest}, {self.complete:.1%} of them there,"
            f" {self.wrong} values quarantined"
        )


def assess(
    path: Path | Place | str, hosts: Iterable[str], terms: Terms, now: float | None = None
) -> list[Quality]:
    """Return how the telemetry of devices stands, those in need of somebody first.

    Args:
        path: The store's directory, or its URL on an object store.
        hosts: Devices that ought to be in it.
        terms: What is asked of them.
        now: Seconds since the epoch; None for this moment.

    Raises:
        StoreError: A file is damaged; names it.
    """
    moment = time.time() if now is None else now
    wanted = Wanted(since=moment - terms.window_s, until=moment + terms.window_s)
    judged = Wanted([terms.metric], None, wanted.since, wanted.until)
    held = {row[0]: row[1:] for row in Store(path).ask(_HELD, judged)}
    refused = dict(Store(located(path) / QUARANTINE).ask(_REFUSED, wanted))
    # A service that has just been started has not been silent before.
    begin = min((row[3] for row in held.values()), default=moment)
    rows = [_quality(x, held.get(x), refused.get(x, 0), terms, moment, begin) for x in hosts]
    return sorted(rows, key=lambda row: (_ORDER.index(row.state), row.host))


def _quality(host: str, held: Any, wrong: int, terms: Terms, now: float, begin: float) -> Quality:
    if held is None:
        return Quality(host, "silent", None, 0.0, wrong)
    newest, count, interfaces, _ = held
    # Polls fall where they fall: one more or less at either end says nothing.
    polls = max(1.0, (now - begin) / terms.interval_s - 1)
    age_s, complete = max(0.0, now - newest), min(1.0, count / (polls * interfaces))
    state: State = "wrong" if wrong else "good"
    if complete < terms.complete:
        state = "gaps"
    if age_s > terms.stale_s:
        state = "stale"
    return Quality(host, state, age_s, complete, wrong)
