"""Parameters of module link_drain for a triangle of routers."""

from pathlib import Path
from typing import Any

import pytest

LINKS = [
    {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 1e9, "cost": 10},
    {"ends": ["r2", "r3"], "subnet": "10.1.23.0/30", "capacity": 1e9, "cost": 10},
    {"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10},
]
POLICY = {
    "act_probability": 0.9,
    "clear_probability": 0.5,
    "horizon_s": 60,
    "cooldown_s": 60,
    "maximum_utilisation": 0.8,
    "load_max_age_s": 10,
    "maximum_drained_links": 2,
    "healthy_for_s": 20,
    "hold_factor": 2,
    "maximum_hold_s": 600,
    "plan_expires_s": 30,
}


@pytest.fixture
def parameters(tmp_path: Path) -> dict[str, Any]:
    device = {
        "user": "netops",
        "key_file": "/keys/netops",
        "known_hosts": "/keys/known_hosts",
        "platform": "frr",
    }
    return {
        "state": "drained",
        "link": "r1:r3",
        "links": LINKS,
        "devices": {f"r{i}": {**device, "address": f"198.18.0.1{i}"} for i in (1, 2, 3)},
        "limit": ["r1", "r2", "r3"],
        "policy": POLICY,
        "agent_user": "agent",
        "agent_key_file": "/keys/agent",
        "snmp_file": "/keys/snmp.json",
        "telemetry_directory": str(tmp_path / "telemetry"),
        "directory": str(tmp_path / "drain"),
        "restore_after": 20,
        "settle_timeout": 5,
        "probe_duration": 0.7,
        "probe_loss_maximum": 0.02,
    }
