"""What role `change_gate` asks: the plan, from its file or as the command line means it."""

import getpass
import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args

from forerunner import home
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.files import write_whole
from forerunner.gate.admission import admit, foretell
from forerunner.gate.errors import Refusal, Refused
from forerunner.gate.holder import Holder
from forerunner.gate.policy import GatePolicy
from forerunner.gate.request import Entrance, Request
from forerunner.model import Plan, new_id
from forerunner.schema import check

ENTRANCE, WHO = "FORERUNNER_ENTRANCE", "FORERUNNER_WHO"
"""Environment variables by which a run says where it comes from; without them a person types."""

_PLAN_BYTES = 1_000_000
_EXPIRES_S = 3600.0
_LOAD_AGE_S = 10.0
_AWAIT_POLL_S = 0.02
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_CANDIDATES = {"type": "object", "additionalProperties": _SHA256}


def enter(given: Mapping[str, Any], holder_pid: int) -> str:
    """Ask the gate for what module `change_gate` was given, and return the token.

    Args:
        given: The module's parameters.
        holder_pid: The process that carries it out, on this machine.

    Raises:
        InvalidData: The policy, the plan's file or a field of it does not fit.
        Refused: Holds every reason.
        LedgerError: The ledger cannot be used; nothing passes then.
    """
    policy, plan, request = _asked(given)
    try:
        return admit(plan, request, policy, Database(), Holder.of_process(holder_pid)).token
    except Refused as error:
        if not given.get("plan_file") and any(x.guard == "approval" for x in error.refusals):
            # What nobody has approved must be there for whoever is asked to.
            _keep(plan)
        raise


def foretold(given: Mapping[str, Any]) -> list[Refusal]:
    """Return what the gate would refuse the same for, without taking or noting anything.

    Raises:
        InvalidData: As `enter`.
        LedgerError: As `enter`.
    """
    try:
        policy, plan, request = _asked(given)
    except Refused as error:
        return list(error.refusals)
    return foretell(plan, request, policy, Database())


def await_plan(path: Path, seconds: float) -> None:
    """Wait for a plan's file: a playbook that stands by is started before there is a plan.

    Raises:
        Refused: None came in that time.
    """
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            what = f"no plan came within {seconds:.0f} s"
            raise Refused([Refusal("scope", what, "nothing is to be done")])
        time.sleep(_AWAIT_POLL_S)


def who() -> str:
    """Return who asks: the run that the environment names, or who is logged in."""
    return os.environ.get(WHO) or os.environ.get("SUDO_USER") or getpass.getuser()


def read_plan(path: Path) -> Plan:
    """Read a plan's file.

    Raises:
        InvalidData: It cannot be read or is no plan; names the field.
    """
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_PLAN_BYTES))
    except OSError as error:
        raise InvalidData(str(path), "", f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidData(str(path), "", f"is no JSON: {error}") from error
    return Plan.from_dict(data, str(path))


def altered_candidates(plan: Plan, directory: Path) -> list[str]:
    """Return the devices whose candidate is not the text that the plan's hash binds to.

    Args:
        plan: Its variable `candidates` holds a sha256 by device; none is no configuration plan.
        directory: Where the candidates lie, one file `<device>.conf` each.

    Raises:
        InvalidData: `candidates` is not of that form.
    """
    wanted = plan.variables.get("candidates", {})
    check(wanted, _CANDIDATES, f"plan {plan.id}: candidates")
    return [name for name, digest in wanted.items() if _digest(directory, name) != digest]


def _asked(given: Mapping[str, Any]) -> tuple[GatePolicy, Plan, Request]:
    policy = GatePolicy.from_data(given["policy"])
    plan = _plan(given)
    load = given.get("load_bps")
    if load is None and policy.maximum_load_mbit_s is not None:
        load = _measured(given, plan)
    return policy, plan, Request(_entrance(), who(), float(given["dead_man_s"]), load)


def _plan(given: Mapping[str, Any]) -> Plan:
    if not given.get("plan_file"):
        return _typed(given["playbook"], given["devices"], given["variables"])
    path = Path(given["plan_file"])
    plan = read_plan(path)
    if plan.playbook != given["playbook"]:
        raise InvalidData(str(path), "playbook", f"it is for {plan.playbook}; run that one")
    if given.get("plan_hash") and given["plan_hash"] != plan.hash:
        what = f"{plan.id} has hash {plan.hash[:12]}, and {given['plan_hash'][:12]} was meant"
        raise Refused([Refusal("approval", what, "look at it again, and have that approved")])
    altered = altered_candidates(plan, path.parent / plan.id)
    if altered:
        what = f"the candidate of {', '.join(altered)} is not the one that {plan.id} holds"
        raise Refused([Refusal("approval", what, "plan again and have that approved")])
    return plan


def _typed(playbook: str, devices: Sequence[str], variables: Mapping[str, Any]) -> Plan:
    """Return the plan that a person means by a command line."""
    return Plan(
        id=new_id("plan"),
        playbook=playbook,
        limit=tuple(sorted(set(devices))),
        variables=variables,
        reason=f"asked for by hand: {playbook}",
        prediction=None,
        expected={},
        checks=(),
        undo=playbook,
        expires=time.time() + _EXPIRES_S,
    )


def _keep(plan: Plan) -> None:
    path = home.var() / "plans" / f"{plan.id}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps(plan.to_dict(), indent=2) + "\n")


def _entrance() -> Entrance:
    name = os.environ.get(ENTRANCE) or "cli"
    if name not in get_args(Entrance):
        raise InvalidData("environment", ENTRANCE, f"{name!r} is none of {get_args(Entrance)}")
    return cast(Entrance, name)


def _measured(given: Mapping[str, Any], plan: Plan) -> float | None:
    """Return what the plan's link or devices carry in bit/s, None when that is not known."""
    place = str(given.get("telemetry_directory") or "")
    if not given.get("links") or not place or not ("://" in place or Path(place).is_dir()):
        return None
    # Loaded only where there is telemetry: it takes longer than all the rest of the gate.
    from forerunner.collect import load  # noqa: PLC0415
    from forerunner.store import Store  # noqa: PLC0415
    from forerunner.topology import Topology  # noqa: PLC0415

    topology = Topology.from_data(given["links"])
    named = [x for x in topology.links if x.name == plan.variables.get("link")]
    links = named or topology.links
    ways = [way for link in links for way in link.directions if way.host in plan.limit]
    loads = load.directions(Store(place), topology, (), _LOAD_AGE_S)
    return sum(loads[way.name] for way in ways) if {x.name for x in ways} <= set(loads) else None


def _digest(directory: Path, device: str) -> str:
    name = f"{device}.conf"
    if Path(name).name != name:
        return ""
    try:
        return hashlib.sha256((directory / name).read_bytes()).hexdigest()
    except OSError:
        return ""
