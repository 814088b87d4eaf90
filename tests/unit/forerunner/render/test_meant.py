"""What a device is meant to run, as plan, change and look for drift ask for it."""

from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.render import meant

SWITCH: dict[str, Any] = {"ansible_network_os": "eos"}


def test_a_device_of_which_nothing_is_said_is_not_meant_to_run_nothing() -> None:
    with pytest.raises(InvalidData, match=r"host sw1.*nothing says what it is to run"):
        meant({"sw1": SWITCH}, ["sw1"], {})("sw1")


def test_a_section_of_its_own_is_enough() -> None:
    own = SWITCH | {"intent_system": {"domain": "example.net"}}
    assert "example.net" in meant({"sw1": own}, ["sw1"], {})("sw1")
