"""What the role modules of the lab call: plain parameters in, a plain result out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner.degradation import schedule
from forerunner.lab import impair
from forerunner.lab.construction import build
from forerunner.lab.lab import Lab
from forerunner.lab.record import note_links_in_service
from forerunner.lab.removal import remove


def build_or_remove(parameters: Mapping[str, Any], check: bool) -> dict[str, Any]:
    """Build or remove a lab and return the result of module `lab_network`.

    Raises:
        ForerunnerError: It cannot be done; says why and what to do.
    """
    if parameters["state"] == "absent":
        name = parameters["name"]
        changed = remove(name, check)
        return {"changed": changed, "message": f"lab {name} {'removed' if changed else 'absent'}"}
    return _build(parameters, check)


def _build(parameters: Mapping[str, Any], check: bool) -> dict[str, Any]:
    lab = Lab.wanted(
        parameters["name"],
        parameters["management_network"],
        Path(parameters["directory"]),
        parameters["network"],
        parameters["controller"],
    )
    built = build(lab, parameters["timeout"], check)
    if built.anew:
        note_links_in_service(lab)
    up = f"lab {lab.name} is up"
    if built.changed:
        up += f"; OSPF full after {built.converged_s:.1f} s"
    return {
        "changed": built.changed,
        "actions": list(built.actions),
        "converged": not check,
        "built_s": round(built.built_s, 2),
        "converged_s": round(built.converged_s, 2),
        "message": f"would: {', '.join(built.actions) or 'nothing'}" if check else up,
    }


def impair_link(parameters: Mapping[str, Any], check: bool) -> dict[str, Any]:
    """Impair a link and return the result of module `link_impairment`.

    Raises:
        ForerunnerError: It cannot be done; says why and what to do.
    """
    lab, link = Lab.open(parameters["lab"]), parameters["link"]
    before = impair.current(lab, link)
    if parameters["kind"]:
        return _play(lab, parameters, check) | {"before": before.describe()}
    meant = impair.Impairment(
        parameters["loss"],
        parameters["blackhole"],
        parameters["rate"] or None,
        parameters["delay"],
    )
    changed = before != meant if check else impair.apply(lab, link, meant)
    now = meant.describe()
    return {
        "changed": changed,
        "before": before.describe(),
        "after": now,
        "message": f"{link}: {now}",
        "diff": {"before": f"{before.describe()}\n", "after": f"{now}\n"},
    }


def _play(lab: Lab, parameters: Mapping[str, Any], check: bool) -> dict[str, Any]:
    meant = schedule(parameters["kind"], parameters["seed"])
    result: dict[str, Any] = {"changed": True, "after": impair.CLEAN.describe()}
    what = f"{parameters['link']}: {meant.kind}, seed {meant.seed}, {meant.duration_s:g} s"
    if check:
        lab.link(parameters["link"])
        return result | {"message": f"would play {what}"}
    began = impair.play(lab, parameters["link"], meant)
    fault = None if meant.fault_at_s is None else began + meant.fault_at_s
    return result | {"began_at": began, "fault_at": fault, "message": f"played {what}"}
