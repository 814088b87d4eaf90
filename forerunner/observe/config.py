"""What the observing service is told: role telemetry writes it from the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from analytics.decide import Policy
from analytics.grade import Ladder
from forerunner.collect.files import read_json
from forerunner.collect.poll import Device
from forerunner.collect.probe import AgentAccess
from forerunner.collect.session import Target
from forerunner.collect.snmp import Credentials
from forerunner.collect.vitals import Vitals
from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.topology import Topology

_PATH = {"type": "string", "pattern": "^/"}
_STORE = {"type": "string", "pattern": "^(/|[a-z0-9]+://)"}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "devices": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"},
            "additionalProperties": {"type": "string", "minLength": 1},
        },
        "links": {"type": "array"},
        "policy": {"type": "object"},
        "snmp": _PATH,
        "agent_key": _PATH,
        "known_hosts": _PATH,
        "model": _PATH,
        "telemetry": _STORE,
        "status": _PATH,
        "poll_interval_s": {"type": "number", "minimum": 0.2, "maximum": 60},
        "probe_interval_ms": {"type": "integer", "minimum": 10, "maximum": 1000},
    },
    "additionalProperties": False,
}
_PATHS = [name for name, kind in _SCHEMA["properties"].items() if kind is _PATH]
_READ = ("snmp", "agent_key", "known_hosts", "model")
_SCHEMA["required"] = list(_SCHEMA["properties"])
_SCHEMA["properties"]["vitals_interval_s"] = {"type": "number", "minimum": 1, "maximum": 3600}
# For those who decide; here it is only checked, so that a wrong one is told at the start.
_SCHEMA["properties"]["autonomy"] = {"type": "object"}
# What stood in the files at the start. Only who starts the service compares it.
_SCHEMA["properties"]["site"] = {"type": "string", "pattern": r"^([A-Za-z0-9][A-Za-z0-9_.-]*)?$"}
_SCHEMA["properties"]["digests"] = {"type": "object", "additionalProperties": {"type": "string"}}
_BUILT = ("links", "policy", "autonomy", "digests")


@dataclass(frozen=True)
class Config:
    """What to watch and where to write.

    Attributes:
        devices: Management address by router.
        topology: The links.
        policy: From when on a probability is a prediction.
        snmp: File with the SNMPv3 user.
        agent_key: Private key of the agent account.
        known_hosts: The routers' host keys.
        model: The link failure model.
        telemetry: Directory of the telemetry store, or its URL on an object store.
        status: File that says how the service is.
        poll_interval_s: Seconds from one SNMP poll to the next.
        probe_interval_ms: Milliseconds from one probe of a link to the next.
        site: Where the devices are; empty where all telemetry is of one site.
        vitals_interval_s: Seconds from one look at a router's processor, memory and neighbours to
            the next.
    """

    devices: dict[str, str]
    topology: Topology
    policy: Policy
    snmp: Path
    agent_key: Path
    known_hosts: Path
    model: Path
    telemetry: str
    status: Path
    poll_interval_s: float
    probe_interval_ms: int
    site: str = ""
    vitals_interval_s: float = 10.0

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the configuration.

        Raises:
            InvalidData: It is missing or wrong; names the file, the field and the fix.
        """
        return cls.from_data(read_json(path, "the service's configuration"), str(path))

    @classmethod
    def from_data(cls, data: Mapping[str, Any], source: str) -> Self:
        """Build the configuration from plain data.

        Raises:
            InvalidData: Names `source`, the field and the fix.
        """
        check(data, _SCHEMA, source)
        topology = Topology.from_data(data["links"], f"{source}: links (network_links)")
        missing = sorted(set(topology.routers) - set(data["devices"]))
        if missing:
            problem = f"no address for {', '.join(missing)}, which network_links names"
            raise InvalidData(source, "devices", problem)
        policy = Policy.from_data(data["policy"], f"{source}: policy (remediation_policy)")
        if "autonomy" in data:
            Ladder.from_data(data["autonomy"], f"{source}: autonomy (remediation_autonomy)")
        plain = {name: value for name, value in data.items() if name not in _BUILT}
        paths = {name: Path(data[name]) for name in _PATHS}
        return cls(topology=topology, policy=policy, **{**plain, **paths})

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file that the service reads at its start, by field.

        Raises:
            OSError: A file cannot be read.
        """
        read = {name: getattr(self, name) for name in _READ}
        return {name: sha256(file.read_bytes()).hexdigest() for name, file in read.items()}

    def agents(self) -> list[AgentAccess]:
        """Return how to reach the routers' probing agents."""
        return [
            AgentAccess(host, address, self.agent_key, self.known_hosts)
            for host, address in self.devices.items()
        ]

    def polled(self) -> list[Device]:
        """Return the routers as they are polled over SNMP.

        Raises:
            InvalidData: The SNMP user's file is missing or wrong.
        """
        return [Device(each) for each in self._targets()]

    def vitals(self) -> list[Vitals]:
        """Return the same for their processors, memory and neighbours.

        Raises:
            InvalidData: The SNMP user's file is missing or wrong.
        """
        return [Vitals(each) for each in self._targets()]

    def _targets(self) -> list[Target]:
        user = Credentials.from_file(self.snmp).user
        return [Target(host, address, user=user) for host, address in self.devices.items()]
