"""The file of a plan: what its playbook reads, and whoever is asked to approve it."""

import json
from pathlib import Path

from forerunner import home
from forerunner.files import write_whole
from forerunner.model import Plan


def plan_file(name: str) -> Path:
    """Return where the plan of that name is for its playbook to read."""
    return home.var().resolve() / "plans" / f"{name}.json"


def write_plan(plan: Plan, path: Path) -> Path:
    """Write a plan where its playbook reads it, whole or not at all, and return the path."""
    write_whole(path, json.dumps(plan.to_dict(), indent=2) + "\n")
    return path
