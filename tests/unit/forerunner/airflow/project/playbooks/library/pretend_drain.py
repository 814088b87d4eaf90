"""A module with the manners of link_drain that touches no network."""

import json
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: pretend_drain
short_description: Go through the motions of a drain
description:
  - Adds a line to `acts` at its beginning and another at its end.
  - Takes as long as `seconds` says and reports what `state` says, both files in the directory.
author: [Forerunner]
options:
  plan_file: {type: path, required: true, description: [The plan.]}
  directory: {type: path, required: true, description: [Where the files are.]}
  plan_within_s: {type: float, default: 0, description: [How long to wait for the plan.]}
"""


def main() -> None:
    """Pretend."""
    module = AnsibleModule(
        {
            "plan_file": {"type": "path", "required": True},
            "directory": {"type": "path", "required": True},
            "plan_within_s": {"type": "float", "default": 0},
        }
    )
    _await(Path(module.params["plan_file"]), module.params["plan_within_s"])
    plan = json.loads(Path(module.params["plan_file"]).read_text())
    directory = Path(module.params["directory"])
    _note(directory, f"begin {plan['id']}")
    time.sleep(float(_read(directory / "seconds", "0")))
    _note(directory, f"end {plan['id']}")
    state = _read(directory / "state", "verified")
    hosts = {name: {"status": "changed", "message": ""} for name in plan["limit"]}
    module.exit_json(
        changed=True,
        state=state,
        message=f"{plan['variables']['link']} is {state}",
        hosts=hosts,
        before={"cost": 10},
        after={"cost": 65535},
    )


def _await(plan: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not plan.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def _note(directory: Path, line: str) -> None:
    with (directory / "acts").open("a") as file:
        file.write(line + "\n")


def _read(path: Path, otherwise: str) -> str:
    return path.read_text() if path.exists() else otherwise


if __name__ == "__main__":
    main()
