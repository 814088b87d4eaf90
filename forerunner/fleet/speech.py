"""How to hold a conversation with the command line of each platform; what to say is a dialect's."""

from dataclasses import dataclass

# An IOS-like shell: which line opens a section, so that the lines below it wait for its prompt.
_SECTIONS = (
    "interface ", "router ", "line ", "vrf ", "route-map ", "policy-map ", "class-map ",
    "address-family ", "ip access-list ", "ipv6 access-list ", "vlan ", "key chain ",
    "crypto ", "aaa group ", "object-group ",
)  # fmt: skip


@dataclass(frozen=True)
class Shell:
    """An interactive shell with prompts, as opposed to one channel for each command.

    Attributes:
        setup: What is said first, so that answers come whole.
        sections: How a line begins that changes the mode: what follows waits for its prompt, so
            that a refused section's lines are not taken one level up.
        leave: What leads from configuration back to where commands are given.
        errors: How a line begins by which the device refuses.
        more: How a page ends, by a device that did not take the setup.
    """

    setup: tuple[str, ...] = ("terminal length 0", "terminal width 0")
    sections: tuple[str, ...] = _SECTIONS
    leave: str = "end"
    errors: tuple[str, ...] = ("% ",)
    more: str = "--More--"


# The platforms that this engine speaks with itself; for the others there is the door (door.py).
SHELLS = {"ios": Shell(), "eos": Shell()}
CHANNELS = ("frr", "linux")


def shell(platform: str) -> Shell | None:
    """Return how to speak with a platform's shell; None where commands get channels."""
    return SHELLS.get(platform)


def is_spoken(platform: str) -> bool:
    """Return whether the engine speaks with a platform itself."""
    return platform in SHELLS or platform in CHANNELS
