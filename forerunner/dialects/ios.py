"""IOS's dialect: what to say to an IOS-like command line, and how to read its answers.

Its running configuration ends in `end`, as FRR's does; sections are told by their indent and close
where a line stands at the margin again. A refused line is answered by `% ...` and the next line is
taken all the same, so the session gives a section's lines only once its head was taken.
"""

from collections.abc import Iterable

from forerunner.dialects import config_tree
from forerunner.dialects.errors import IncompleteConfig

SHOW_RUNNING_CONFIG = "show running-config"

_END = "end"
# What the device counts or dates anew each time; nobody's intent.
_NOISE = ("Building configuration", "Current configuration", "! Last configuration change",
          "! NVRAM config last updated", "ntp clock-period")  # fmt: skip
_GRAMMAR = config_tree.Grammar(
    sections=("interface ", "router ", "route-map ", "vrf ", "line ", "key chain ", "policy-map ",
              "class-map ", "ip access-list ", "ipv6 access-list ", "vlan "),
    subsections=("address-family ", "class "),
    ends=("exit", "exit-address-family", "exit-vrf", _END),
    ignored=("version ", "hostname ", "boot-", "service timestamps"),
    indented=True,
)  # fmt: skip


def running_config(answer: str) -> str:
    """Return the running configuration out of its answer, noise masked, ending in one newline.

    Raises:
        IncompleteConfig: It is empty, cut short (no `end`) or no IOS configuration.
    """
    lines = (line.rstrip() for line in answer.splitlines())
    kept = "\n".join(line for line in lines if not line.startswith(_NOISE)).strip().splitlines()
    if not kept:
        raise IncompleteConfig("the device answered with an empty configuration")
    if kept[-1] != _END:
        raise IncompleteConfig(f"the configuration is cut short: it ends in {kept[-1][:80]!r}")
    if not any(line.startswith("version ") for line in kept[:20]):
        raise IncompleteConfig("the answer is no IOS configuration: it names no version")
    return "\n".join(kept) + "\n"


def changes(running: str, intended: str) -> list[str]:
    """Return the next configuration commands on the way from `running` to `intended`.

    What is missing first; only when nothing is, what is too much: a command that replaces another
    takes the old one away by itself.
    """
    return config_tree.next_commands(parse(running), parse(intended), _GRAMMAR)


def differences(running: str, intended: str) -> str:
    """Return what differs by meaning, section by section, `-` before lines that would go."""
    return config_tree.difference(parse(running), parse(intended))


def misread(config: str) -> list[str]:
    """Return nothing: IOS refuses what it cannot read, and says so."""
    del config
    return []


def keep_drained(running: str, intended: str) -> tuple[str, tuple[str, ...]]:
    """Return the intended configuration as it is: links are drained on FRR routers alone."""
    del running
    return intended, ()


def parse(text: str) -> config_tree.Paths:
    """Return the configuration's lines, each with the sections that it stands in."""
    return config_tree.parse(text, _GRAMMAR)


def configure(commands: Iterable[str]) -> str:
    """Return the lines that carry out configuration commands."""
    return "\n".join(["configure terminal", *commands, _END])
