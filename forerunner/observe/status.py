"""How the service is, in a small file that anybody may read."""

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forerunner.observe.watch import Watch

# A link that was not measured for this long counts as unobserved.
_STALE_S = 2.0


@dataclass
class Health:
    """What went well last.

    Attributes:
        started: When the service started, in seconds since the epoch.
        polled: When each router last answered over SNMP.
        gaps: Why an agent does not measure, by router; cleared by its next bin.
        restarts: How often the service was started again after it had died.
        store: Why samples are kept back; empty when they are not.
    """

    started: float = field(default_factory=time.time)
    polled: dict[str, float] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    restarts: int = 0
    store: str = ""


def describe(health: Health, watches: Iterable[Watch], now: float) -> dict[str, Any]:
    """Return the status as plain data; `healthy` when all is measured, judged and stored."""
    links = {watch.link.name: _link(watch, now) for watch in watches}
    return {
        "pid": os.getpid(),
        "time": now,
        "started": health.started,
        "healthy": all(map(_judged, links.values())) and not health.store,
        "restarts": health.restarts,
        "store": health.store,
        "links": links,
        "snmp_age_s": {host: round(now - at, 1) for host, at in health.polled.items()},
        "gaps": dict(health.gaps),
    }


def _judged(link: Mapping[str, Any]) -> bool:
    return link["observed"] and not link.get("abstains")


def write(path: Path, status: Mapping[str, Any]) -> None:
    """Replace the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(status, indent=1) + "\n")
    temporary.replace(path)


def _link(watch: Watch, now: float) -> dict[str, Any]:
    last = watch.last
    if last is None:
        return {"observed": False, "drained": watch.drained}
    return {
        "observed": now - last.time < _STALE_S,
        "drained": watch.drained,
        **({} if watch.abstains else {"probability": round(watch.probability, 4)}),
        "abstains": watch.abstains,
        "age_s": round(now - last.time, 2),
        "sent": last.sent,
        "lost_forward": last.lost_forward,
        "lost_backward": last.lost_backward,
        "rtt_s": last.rtt_s,
    }
