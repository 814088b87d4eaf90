"""What to do about drift: a plan that brings the devices back, and a report of all of them."""

import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner.configure.plan import write_plan
from forerunner.drift.comparison import Drift

_APPLY = "ansible-playbook playbooks/configure_devices.yml -e plan_file={}"


def offer_plan(directory: Path, found: Mapping[str, Drift], valid_for_s: float) -> Path | None:
    """Write a plan that brings the drifted devices back and return its file; None without any.

    It holds what was read of each device, so that it is refused once the device has changed again.

    Args:
        directory: Where plans are, as `var/plans`.
        found: How the devices stand.
        valid_for_s: Seconds within which it may be applied.
    """
    candidates = {name: each.candidate for name, each in found.items() if each.candidate}
    if not candidates:
        return None
    reason = f"bring {', '.join(sorted(candidates))} back to what the inventory means"
    return write_plan(directory, candidates, reason, valid_for_s).path


def facts(found: Mapping[str, Drift], plan: Path | None) -> dict[str, Any]:
    """Return the report as plain data; no secret is in it."""
    devices = [
        {
            "name": name,
            "state": each.state,
            "message": each.message.partition("\n")[0],
            "difference": each.difference,
            "drained": list(each.drained),
        }
        for name, each in found.items()
    ]
    counts = dict(Counter(each.state for each in found.values()))
    remedy = _APPLY.format(plan.resolve()) if plan else None
    return {"time": time.time(), "counts": counts, "devices": devices, "remedy": remedy}


def describe(report: Mapping[str, Any], page: Path) -> list[str]:
    """Return a report in a few lines: how many stand how, what to do, and where all of it is."""
    counts = ", ".join(f"{number} {state}" for state, number in report["counts"].items())
    lines = [f"{len(report['devices'])} devices: {counts}", f"report: {page}"]
    return [*lines, f"to bring them back: {report['remedy']}"] if report["remedy"] else lines
