"""From when to when the network was observed: a gap is then known to be one.

Metric `observed` of each device is 1 when the service starts and 0 when it ends. One that was
killed could not say so: the next one says it, at the last sample that its predecessor stored.
"""

from collections.abc import Iterable

from forerunner.collect.poll import UP
from forerunner.model import Sample
from forerunner.store import Store, Wanted

_METRIC = "observed"
# Of each device, and of nobody else: the slow path writes counters of the same devices, too.
_OWN = (_METRIC, UP, "probe_sent", "probe_lost")
_LOOK_BACK_S = 7 * 86_400.0
# Behind the last sample, which may be the word that the observing began.
_AFTER_S = 0.001
_LAST = f"""
    SELECT host, max(time), coalesce(arg_max(value, time) FILTER (metric = '{_METRIC}'), 1)
    FROM {{table}} WHERE {{where}} GROUP BY host"""  # noqa: S608 - our own names


def begun(hosts: Iterable[str], now: float) -> list[Sample]:
    """Return the word that devices are observed from now on."""
    return [Sample(now, host, "", _METRIC, 1.0) for host in hosts]


def ended(hosts: Iterable[str], now: float) -> list[Sample]:
    """Return the word that devices are not observed from now on."""
    return [Sample(now, host, "", _METRIC, 0.0) for host in hosts]


def cut(store: Store, hosts: Iterable[str], now: float) -> list[Sample]:
    """Return the word that a service owes which was killed; nothing after one that ended.

    Args:
        store: What it stored.
        hosts: The devices.
        now: When its successor began.

    Raises:
        StoreError: A file is damaged; names it.
    """
    wanted = Wanted(_OWN, list(hosts), now - _LOOK_BACK_S, now)
    rows = store.ask(_LAST, wanted)
    return [Sample(newest + _AFTER_S, host, "", _METRIC, 0.0) for host, newest, on in rows if on]
