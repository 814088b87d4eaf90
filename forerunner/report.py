"""Reports: what was found out, as JSON for programs and as one page for people."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forerunner import home
from forerunner.files import write_whole


def counted(devices: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a report on devices: each with its `state`, and how many stand how."""
    listed = list(devices)
    counts = dict(Counter(str(each["state"]) for each in listed))
    return {"time": time.time(), "counts": counts, "devices": listed}


def described(report: Mapping[str, Any], page: Path) -> list[str]:
    """Return a report on devices in two lines: how many stand how, and where all of it is."""
    counts = ", ".join(f"{number} {state}" for state, number in report["counts"].items())
    return [f"{len(report['devices'])} devices: {counts}", f"report: {page}"]


def publish(directory: Path, name: str, facts: Mapping[str, Any]) -> Path:
    """Write `<name>.json` and `<name>.html` in place of the last ones; the page is returned.

    Args:
        directory: Where reports are, as `var/reports`.
        name: Of the template below templates/reports too.
        facts: Plain JSON data without secrets; `time` is seconds since the epoch.
    """
    path = directory / f"{name}.html"
    write_whole(path.with_suffix(".json"), json.dumps(facts, indent=2) + "\n")
    write_whole(path, page(name, facts=facts))
    return path


def page(name: str, **data: Any) -> str:
    """Return the page of a report; everything that it shows is inside it, and nothing runs."""
    environment = Environment(
        loader=FileSystemLoader(home.root() / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    return environment.get_template(f"reports/{name}.html.j2").render(**data)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(" ", "seconds")
