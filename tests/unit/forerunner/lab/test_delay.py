from pathlib import Path

import pytest

from forerunner.lab import Lab, delay
from forerunner.topology import Direction

LINKS = [{"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10}]
RULE = (
    '-A POSTROUTING -o {} -m comment --comment "delay {}" '
    "-j NFQUEUE --queue-num {} --queue-bypass\n"
)
POLICY = "-P POSTROUTING ACCEPT\n"
HELD = "    2  29667     0 1     0     0     0    23820  1\n"
OTHER = RULE.format("to-r30", 0.5, 3) + "    3  29668     0 1     0     0     0    12  1\n"


@pytest.fixture
def way() -> tuple[Lab, Direction]:
    network = {"routers": {"r1": {}, "r3": {}}, "hosts": {}, "links": LINKS}
    lab = Lab("fr7", "198.18.7.0/24", Path("/nowhere"), Path("/nowhere"), network)
    return lab, lab.link("r1:r3").directions[0]


@pytest.mark.parametrize(
    ("shown", "seconds"),
    [
        (POLICY, 0.0),
        (POLICY + OTHER, 0.0),
        (POLICY + RULE.format("to-r3", 0.04, 2) + HELD, 0.04),
        (POLICY + RULE.format("to-r3", 1e-05, 2) + OTHER + HELD, 1e-05),
        (POLICY + RULE.format("to-r3", 0.04, 2) + OTHER, delay.BROKEN_S),
        (POLICY + 2 * RULE.format("to-r3", 0.04, 2) + HELD, delay.BROKEN_S),
        (POLICY + HELD, delay.BROKEN_S),
    ],
)
def test_a_delay_is_in_force_when_its_rule_stands_and_its_queue_is_held(
    shown: str, seconds: float, way: tuple[Lab, Direction]
) -> None:
    assert delay.read(shown, *way) == seconds
