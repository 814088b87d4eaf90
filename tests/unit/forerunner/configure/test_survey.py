"""What is found before anything is connected to."""

from pathlib import Path

import pytest

from forerunner.configure import Network, Terms, configure
from forerunner.configure.errors import ConfigureError
from forerunner.configure.health import Patience
from forerunner.configure.intent import Intended
from forerunner.fleet import Device
from forerunner.topology import Topology

LINK = {"ends": ["r1", "r2"], "subnet": "10.0.1.0/30", "capacity": 1, "cost": 1}
NETWORK = Network(Topology.from_data([LINK]), {"r1": "10.0.0.1"})
NOWHERE = Path("/nonexistent")


def test_a_platform_that_has_no_dialect_is_refused_and_named() -> None:
    device = Device("e1", "192.0.2.1", "admin", NOWHERE, NOWHERE, "sonic")

    done = configure({"e1": device}, Intended({"e1": ""}), Terms(lambda _: None, NOWHERE), NETWORK)

    assert done.hosts["e1"].status == "failed"
    assert "nothing was touched: there is no dialect for 'sonic'" in done.hosts["e1"].message
    assert "NAPALM" in done.hosts["e1"].message


@pytest.mark.parametrize("patience", [Patience(5.0, 40.0), Patience(20.0, 10.0)])
def test_a_timer_must_outlast_the_watching(patience: Patience) -> None:
    with pytest.raises(ConfigureError, match="too short to watch"):
        Terms(lambda _: None, NOWHERE, timer_s=30.0, patience=patience)
