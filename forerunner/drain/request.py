"""What is asked for: which link, which state, and the plan behind it."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from analytics.decide import Policy
from forerunner import gate
from forerunner.database import Database
from forerunner.dialects import frr
from forerunner.drain.errors import DrainError
from forerunner.errors import InvalidData
from forerunner.fleet import Device, devices_from_data
from forerunner.model import Plan
from forerunner.schema import check
from forerunner.topology import Link, Topology

Goal = Literal["drained", "in_service"]

PLAYBOOKS: Mapping[Goal, str] = {"drained": "drain_link", "in_service": "undrain_link"}
_PLAN_BYTES = 1_000_000
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 3600}
_STRING = {"type": "string", "minLength": 1}
_VARIABLES = {"type": "object", "properties": {"link": _STRING}, "required": ["link"]}
_OPTIONAL = {
    "link": {"type": ["string", "null"]},
    "plan_file": {"type": ["string", "null"]},
    "return_unhealthy": {"type": "boolean"},
    "token": {"type": "string"},
}
_REQUIRED = {
    "state": {"enum": ["drained", "in_service"]},
    "links": {"type": "array"},
    "devices": {"type": "object"},
    "limit": {"type": "array", "items": _STRING},
    "policy": {"type": "object"},
    "agent_user": _STRING,
    "agent_key_file": _STRING,
    "snmp_file": _STRING,
    "telemetry_directory": _STRING,
    "directory": _STRING,
    "restore_after": _SECONDS,
    "settle_timeout": _SECONDS,
    "probe_duration": _SECONDS,
    "probe_loss_maximum": {"type": "number", "minimum": 0, "maximum": 1},
}
REQUEST_SCHEMA = {
    "type": "object",
    "properties": {**_REQUIRED, **_OPTIONAL},
    "required": list(_REQUIRED),
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Request:
    """A checked request to drain a link or to return it to service.

    Attributes:
        goal: `drained` or `in_service`.
        link: The link.
        topology: All links of the inventory.
        devices: Every router, as its CLI is reached.
        agents: Every router, as its agent account is reached.
        policy: What the operator allows.
        plan: The plan behind it; None when a person asked.
        snmp_file: File of the SNMPv3 user that the interface counters are read with.
        telemetry_directory: Where the telemetry store is, a directory or a URL.
        directory: Where it is noted which restore timers are armed.
        restore_after_s: Seconds after which the routers take the change back by themselves.
        settle_timeout_s: Seconds within which routing must have settled.
        probe_duration_s: Seconds of probing on the links that carry the traffic.
        probe_loss_maximum: Share of probes, 0 to 1, that a clean link may lose.
        return_unhealthy: Whether a person returns the link without a look at its health.
        token: Of the gate; empty when it was not passed.
    """

    goal: Goal
    link: Link
    topology: Topology
    devices: Mapping[str, Device]
    agents: Mapping[str, Device]
    policy: Policy
    plan: Plan | None
    snmp_file: Path
    telemetry_directory: str
    directory: Path
    restore_after_s: float
    settle_timeout_s: float
    probe_duration_s: float
    probe_loss_maximum: float
    return_unhealthy: bool
    token: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any], now: float | None = None) -> Self:
        """Check the parameters of module `link_drain`, and the plan file that they name.

        Args:
            data: The module's parameters.
            now: Seconds since the epoch; the present by default.

        Raises:
            InvalidData: A field, the policy or the plan does not fit.
            UnknownLink: Lists the links that there are.
            DrainError: The plan is another playbook's or has expired, or `--limit` leaves one
                end of the link out.
        """
        source = "module link_drain"
        check(data, REQUEST_SCHEMA, source)
        goal: Goal = data["state"]
        plan = _read_plan(data.get("plan_file"), goal, time.time() if now is None else now)
        topology = Topology.from_data(data["links"])
        link = topology.link(_link_name(data.get("link"), plan))
        devices = devices_from_data(data["devices"], source)
        _check_limit(link, devices, data["limit"])
        agents = _agents(devices, data["agent_user"], Path(data["agent_key_file"]))
        return cls._assembled(data, plan, (link, topology), (devices, agents))

    @classmethod
    def _assembled(
        cls,
        data: Mapping[str, Any],
        plan: Plan | None,
        network: tuple[Link, Topology],
        reached: tuple[Mapping[str, Device], Mapping[str, Device]],
    ) -> Self:
        return cls(
            data["state"],
            *network,
            *reached,
            Policy.from_data(data["policy"]),
            plan,
            Path(data["snmp_file"]),
            data["telemetry_directory"],
            Path(data["directory"]),
            float(data["restore_after"]),
            float(data["settle_timeout"]),
            float(data["probe_duration"]),
            float(data["probe_loss_maximum"]),
            bool(data.get("return_unhealthy", False)),
            str(data.get("token", "")),
        )

    def ask_gate(self, devices: Iterable[str]) -> None:
        """Make sure, just before they are written to, that it is still admitted.

        Raises:
            NotAdmitted: It is not; says why and what to do.
            LedgerError: The ledger cannot be asked.
        """
        for device in devices:
            gate.check(self.token, device, Database())

    def target_cost(self, cost: int) -> int:
        """Return the cost that one end must have, given the one that it has.

        A return to service takes back what a drain made and leaves any other cost alone.
        """
        if self.goal == "drained":
            return frr.MAXIMUM_COST
        return self.link.cost if cost == frr.MAXIMUM_COST else cost

    def rollback_cost(self, cost: int) -> int:
        """Return the cost that one end gets when the change is taken back.

        Never half of one state and half of the other: what an earlier run left half done is
        taken back as well.
        """
        if self.goal == "drained":
            return self.link.cost if cost == frr.MAXIMUM_COST else cost
        return frr.MAXIMUM_COST if cost in (frr.MAXIMUM_COST, self.link.cost) else cost


def _agents(devices: Mapping[str, Device], user: str, key_file: Path) -> dict[str, Device]:
    return {name: replace(x, user=user, key_file=key_file) for name, x in devices.items()}


def _read_plan(path: str | None, goal: Goal, now: float) -> Plan | None:
    if not path:
        return None
    try:
        with Path(path).open("rb") as file:
            data = json.loads(file.read(_PLAN_BYTES))
    except OSError as error:
        raise DrainError(f"plan {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidData(path, "", f"is no JSON: {error}") from error
    plan = Plan.from_dict(data, path)
    check(plan.variables, _VARIABLES, f"{path}: variables")
    if plan.playbook != PLAYBOOKS[goal]:
        raise DrainError(f"plan {plan.id} is for playbook {plan.playbook}; run that one")
    check_expiry(plan, now)
    return plan


def check_expiry(plan: Plan | None, now: float) -> None:
    """Raise `DrainError` when a plan, if there is one, is no longer good at `now`."""
    if plan is not None and plan.expires < now:
        ago = now - plan.expires
        raise DrainError(f"plan {plan.id} expired {ago:.0f} s ago; decide again, then run")


def _link_name(link: str | None, plan: Plan | None) -> str:
    if plan is None:
        if not link:
            raise DrainError("no link is named; run it with -e link=r1:r3, as the inventory has it")
        return link
    planned = str(plan.variables["link"])
    if link and link != planned:
        raise DrainError(f"the plan is for link {planned}, not {link}; leave -e link= out")
    return planned


def _check_limit(link: Link, devices: Mapping[str, Device], limit: list[str]) -> None:
    for end in link.ends:
        if end not in devices:
            known = ", ".join(devices)
            raise DrainError(f"{end}, an end of {link.name}, is not in group routers ({known})")
        if end not in limit:
            ends = ",".join(link.ends)
            raise DrainError(
                f"--limit leaves out {end}, and {link.name} is drained at both ends or not at "
                f"all; use --limit {ends} or none"
            )
