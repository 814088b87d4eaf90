"""What commands read of an inventory: the lab's unless they are given another."""

from pathlib import Path
from typing import Any

import yaml

from analytics.decide.policy import Policy
from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.topology import Topology

POLICY = Path("inventories/lab/group_vars/all/remediation.yml")
LINKS = Path("inventories/lab/group_vars/all/network.yml")


def variable(path: Path, name: str) -> Any:
    """Return a variable of an inventory file.

    Raises:
        ForerunnerError: The file cannot be read, or does not hold it.
    """
    try:
        return yaml.safe_load(path.read_text())[name]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ForerunnerError(f"{path}: cannot read {name}: {error!r}") from error


def read_policy(path: Path | None = None) -> Policy:
    """Return the policy of an inventory file; the lab's when None.

    Raises:
        ForerunnerError: The file cannot be read, or holds no `remediation_policy`.
        InvalidData: A field of it is wrong.
    """
    path = path or home.root() / POLICY
    return Policy.from_data(variable(path, "remediation_policy"), str(path))


def serving_policy() -> Policy:
    """Return the policy in service: what role `telemetry` wrote down, else the lab's.

    Raises:
        ForerunnerError: The file cannot be read, or holds none.
        InvalidData: A field of it is wrong.
    """
    path = home.var() / "observe" / "config.json"
    # What is JSON is YAML too.
    return Policy.from_data(variable(path, "policy"), str(path)) if path.exists() else read_policy()


def topology(path: Path | None = None) -> Topology:
    """Return the links of an inventory file; the lab's when None.

    Raises:
        ForerunnerError: The file cannot be read, or holds no `network_links`.
        InvalidData: A field of it is wrong.
    """
    path = path or home.root() / LINKS
    return Topology.from_data(variable(path, "network_links"), str(path))
