"""How the observing service is, in a few lines for people or as JSON."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from forerunner import home, service
from forerunner.errors import InvalidData
from forerunner.schema import check

Word = Literal["healthy", "unhealthy", "stale", "down"]
STALE_S = 10.0
"""Age of the last heartbeat from which on the service is taken for hung."""
_NAME = "observe"
_SCHEMA = {
    "type": "object",
    "properties": {
        "pid": {"type": "integer"},
        "time": {"type": "number"},
        "healthy": {"type": "boolean"},
        "restarts": {"type": "integer"},
        "links": {"type": "object", "additionalProperties": {"type": "object"}},
        "gaps": {"type": "object", "additionalProperties": {"type": "string"}},
        "store": {"type": "string"},
    },
    "required": ["pid", "time", "healthy"],
}


@dataclass(frozen=True)
class Standing:
    """How the service is.

    Attributes:
        word: `healthy`; `unhealthy` where something is not measured or not stored; `stale` where
            the heartbeat is old; `down` where it does not run.
        text: One sentence for people.
        status: What the service last said of itself; empty where it said nothing.
    """

    word: Word
    text: str
    status: dict[str, Any]


def standing(now: float | None = None) -> Standing:
    """Return how the service is.

    Raises:
        InvalidData: The status file is damaged.
    """
    status = _read(home.var() / "observe" / "status.json")
    running = service.status(_NAME)
    if running is None:
        fix = "start it: ansible-playbook playbooks/start_telemetry.yml"
        return Standing("down", f"the service does not run; {fix}", status)
    if not status:
        return Standing("unhealthy", f"process {running.pid} has not said anything yet", status)
    if not psutil.pid_exists(status["pid"]):
        text = f"process {status['pid']} has died; it is being started again"
        return Standing("unhealthy", f"{text}; see {running.log}", status)
    age_s = (time.time() if now is None else now) - status["time"]
    alive = f"process {status['pid']}, {status.get('restarts', 0)} restarts"
    if age_s > STALE_S:
        text = f"{alive}: no heartbeat for {age_s:.0f} s; see {running.log}"
        return Standing("stale", text, status)
    if not status["healthy"]:
        return Standing("unhealthy", f"{alive}: {_wrong(status)}; see {running.log}", status)
    return Standing("healthy", f"{alive}, heartbeat {age_s:.1f} s old", status)


def line(found: Standing, as_json: bool) -> str:
    """Return what is printed."""
    if as_json:
        return json.dumps({"word": found.word, "text": found.text, "status": found.status})
    return f"observe: {found.word}: {found.text}"


def _wrong(status: dict[str, Any]) -> str:
    links = status.get("links", {})
    blind = [name for name, link in links.items() if not link.get("observed")]
    parts = [f"{', '.join(blind)} not measured"] if blind else []
    parts += [f"{host}: {reason}" for host, reason in status.get("gaps", {}).items()]
    if trouble := status.get("store"):
        parts.append(f"samples are kept back: {trouble}")
    return "; ".join(parts) or "it does not say why"


def _read(file: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise InvalidData(str(file), "", f"is no JSON ({error})") from error
    check(data, _SCHEMA, str(file))
    return data
