"""How old each device's telemetry is: a look at what was added since the last look."""

import time
from collections.abc import Callable

from prometheus_client.core import Metric

from forerunner.exporter.config import Config
from forerunner.exporter.families import gauge, single
from forerunner.store import Store, Terms, Wanted
from forerunner.store.places import located
from forerunner.store.store import QUARANTINE

# What is older than this at the first look counts as never seen.
_LOOK_BACK_S = 3600.0
# A sample that was written this long after its time is still found.
_LATE_S = 300.0
_NEWEST = "SELECT host, max(time) FROM {table} WHERE {where} GROUP BY host"
_COUNT = "SELECT count(*) FROM {table} WHERE {where}"


class Telemetry:
    """The store's metrics.

    Args:
        config: Where the store is, which devices ought to be in it, from when on one is stale.
        clock: Seconds since the epoch.
    """

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        root = located(config.telemetry)
        self._config, self._clock = config, clock
        self._store, self._quarantine = Store(root), Store(root / QUARANTINE)
        self._newest: dict[str, float] = {}
        self._looked: float | None = None

    def read(self) -> list[Metric]:
        """Return how old the telemetry of each device is.

        Raises:
            StoreError: A file is damaged; names it.
        """
        now = self._clock()
        since = now - _LOOK_BACK_S if self._looked is None else self._looked - _LATE_S
        for host, newest in self._store.ask(_NEWEST, Wanted([Terms.metric], since=since)):
            self._newest[host] = max(newest, self._newest.get(host, newest))
        self._looked = now
        refused = self._quarantine.ask(_COUNT, Wanted(since=now - _LOOK_BACK_S))
        return self._families(now, int(refused[0][0]) if refused else 0)

    def _families(self, now: float, refused: int) -> list[Metric]:
        ages = {(host,): max(0.0, now - newest) for host, newest in self._newest.items()}
        known = {(name,) for name in self._config.devices} | ages.keys()
        fresh = sum(age <= self._config.stale_s for age in ages.values())
        silent = len(known - ages.keys())
        states = {("fresh",): fresh, ("stale",): len(ages) - fresh, ("silent",): silent}
        return [
            gauge("telemetry_age_seconds", "Age of a device's newest counters.", ["host"], ages),
            gauge("telemetry_devices", "Devices, by how their telemetry is.", ["state"], states),
            single("telemetry_quarantined", "Values quarantined in the last hour.", refused),
        ]
