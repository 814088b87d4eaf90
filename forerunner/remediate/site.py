"""What decisions stand on, as role `telemetry` wrote it down: links, policy, SNMP agents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from analytics.decide import Policy
from analytics.grade import Ladder
from forerunner import home
from forerunner.collect import load
from forerunner.collect.snmp import Agent, Credentials
from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.store import Store
from forerunner.topology import Topology

_SCHEMA = {
    "type": "object",
    "properties": {
        "links": {"type": "array"},
        "policy": {"type": "object"},
        "autonomy": {"type": "object"},
        "devices": {"type": "object", "additionalProperties": {"type": "string"}},
        "snmp": {"type": "string"},
    },
    "required": ["links", "policy", "autonomy"],
}


@dataclass(frozen=True)
class Site:
    """What decisions stand on: the inventory's links and the operator's policy.

    Attributes:
        topology: The links.
        policy: What the operator allows.
        ladder: What its playbooks may do by themselves.
        agents: SNMP agents that are asked for loads which the telemetry store does not know.
    """

    topology: Topology
    policy: Policy
    ladder: Ladder
    agents: tuple[Agent, ...]

    @classmethod
    def read(cls) -> Self:
        """Read what role `telemetry` rendered from the inventory.

        Raises:
            InvalidData: The file is missing, or a field does not fit.
        """
        path = home.var() / "observe" / "config.json"
        try:
            data = json.loads(path.read_text())
        except OSError as error:
            problem = f"cannot be read ({error.strerror}); start_telemetry.yml writes it"
            raise InvalidData(str(path), "", problem) from error
        except ValueError as error:
            raise InvalidData(str(path), "", f"is no JSON: {error}") from error
        check(data, _SCHEMA, str(path))
        source = f"{path}: "
        return cls(
            Topology.from_data(data["links"], source + "links"),
            Policy.from_data(data["policy"], source + "policy"),
            Ladder.from_data(data["autonomy"], source + "autonomy"),
            tuple(_agents(data)),
        )

    def loads(self) -> dict[str, float] | None:
        """Return the measured loads in bit/s by direction, None when there are none."""
        store, age_s = Store(home.telemetry()), self.policy.load_max_age_s
        return load.directions(store, self.topology, self.agents, age_s) or None


def _agents(data: Mapping[str, Any]) -> list[Agent]:
    if "snmp" not in data:
        return []
    credentials = Credentials.from_file(Path(data["snmp"]))
    return [Agent(host, where, credentials) for host, where in data.get("devices", {}).items()]
