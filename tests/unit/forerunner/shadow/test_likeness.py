"""What a router says of its daemons and interfaces is read, or refused by name."""

import json
from typing import Any

import pytest

from forerunner.shadow import Interface, Likeness, UnlikeDevice, likeness

LINK: dict[str, Any] = {
    "administrativeStatus": "up",
    "vrfName": "default",
    "mtu": 1500,
    "ipAddresses": [{"address": "10.1.12.1/30", "secondary": False}],
}


def answer(daemons: str = " zebra ospfd watchfrr staticd", **interfaces: Any) -> str:
    named = {name.replace("_", "-"): data for name, data in interfaces.items()}
    return f"{daemons}\n{json.dumps(named, indent=2)}\n"


def test_daemons_and_interfaces_are_read() -> None:
    down = LINK | {"administrativeStatus": "down", "mtu": 9000, "ipAddresses": []}
    assert likeness("r1", answer(to_r2=LINK, eth0=down)) == Likeness(
        daemons=("zebra", "ospfd", "staticd"),
        interfaces=(
            Interface("to-r2", True, 1500, ("10.1.12.1/30",)),
            Interface("eth0", False, 9000, ()),
        ),
    )


def test_an_interface_that_the_kernel_lacks_is_none() -> None:
    ghost = {"administrativeStatus": "down", "vrfName": "default", "pseudoInterface": True}
    names = [each.name for each in likeness("r1", answer(to_r2=LINK, ghost=ghost)).interfaces]
    assert names == ["to-r2"]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("", "which daemons"),
        ("% Unknown command: show daemons\n{}", "which daemons"),
        (answer("zebra ../../bin/shd"), "bin/shd"),
        (answer("zebra $(id)d"), "no shadow can run"),
        ("zebra\n", "interfaces cannot be read"),
        ("zebra\n{} {}", "interfaces cannot be read"),
        ("zebra\n[]", "interfaces cannot be read"),
        (answer(eth0=LINK | {"vrfName": "red"}), "'eth0' is in VRF 'red'"),
        (answer(eth0=LINK | {"mtu": "1500 up"}), "interfaces cannot be read"),
        (answer(eth0=LINK | {"ipAddresses": [{"address": "10.0.0.1 dev lo"}]}), "dev lo"),
        (answer(eth0={}), "interfaces cannot be read"),
        ('zebra\n{"eth0\\nlink del lo": {}}', "link del lo"),
        ('zebra\n{"-batch": {}}', "-batch"),
    ],
)
def test_what_no_shadow_can_share_is_named(said: str, named: str) -> None:
    with pytest.raises(UnlikeDevice, match=r"^r1: ") as raised:
        likeness("r1", said)
    assert named in str(raised.value)
