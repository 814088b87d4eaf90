"""What commands read of an inventory: the lab's unless they are given another."""

from pathlib import Path
from typing import Any

import yaml

from analytics.answers.calendar import Calendar
from analytics.decide.policy import Policy
from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.topology import Topology

POLICY = Path("inventories/lab/group_vars/all/remediation.yml")
LINKS = Path("inventories/lab/group_vars/all/network.yml")


def variable(path: Path, name: str, default: Any = None) -> Any:
    """Return a variable of an inventory file, or the default where it has none.

    Raises:
        ForerunnerError: The file cannot be read, or does not hold it and there is no default.
    """
    try:
        data = yaml.safe_load(path.read_text())
        return data[name] if default is None else data.get(name, default)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
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


def calendar(path: Path | None = None) -> Calendar:
    """Return the clock and holidays of an inventory file; the lab's when None.

    Raises:
        ForerunnerError: The file cannot be read.
        InvalidData: A field of its `network_calendar` is wrong.
    """
    path = path or home.root() / LINKS
    return Calendar.from_data(variable(path, "network_calendar", {}), str(path))
