"""What the role modules of the lab call: plain parameters in, a plain result out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner.lab.build import build
from forerunner.lab.lab import Lab
from forerunner.lab.remove import remove


def run(parameters: Mapping[str, Any], check: bool) -> dict[str, Any]:
    """Build or remove a lab and return the result of module `lab_network`.

    Raises:
        ForerunnerError: It cannot be done; says why and what to do.
    """
    if parameters["state"] == "absent":
        name = parameters["name"]
        changed = remove(name, Path(parameters["directory"]), check)
        return {"changed": changed, "message": f"lab {name} {'removed' if changed else 'absent'}"}
    lab = Lab.wanted(
        parameters["name"],
        parameters["management_network"],
        Path(parameters["directory"]),
        parameters["network"],
    )
    built = build(lab, parameters["timeout"], check)
    return {
        "changed": built.changed,
        "actions": list(built.actions),
        "converged": not check,
        "built_s": round(built.built_s, 2),
        "converged_s": round(built.converged_s, 2),
        "message": f"lab {lab.name} is up; OSPF full after {built.converged_s:.1f} s",
    }
