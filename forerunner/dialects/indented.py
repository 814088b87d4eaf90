"""Dialects whose sections are told by their indent: IOS, IOS XR, EOS, NX-OS.

A refused line is answered by `% ...` and the next line is taken all the same, so the session gives
a section's lines only once its head was taken. What these platforms do with a line is known from
written examples, not from devices.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from forerunner.dialects import config_tree, ordinary
from forerunner.dialects.errors import IncompleteConfig
from forerunner.dialects.noise import without_noise

_END = "end"
# Where a version may stand: in the first lines, perhaps as a comment.
_HEAD_LINES = 20


@dataclass(frozen=True)
class Indented:
    """The dialect of a platform whose sections are told by their indent.

    Attributes:
        platform: Its name.
        title: What people call it.
        grammar: How it writes sections down.
        ends: Whether its running configuration ends in `end`.
        version: What its running configuration has near its beginning, and no other text.
        SAVE: What saves the running configuration for the next start; empty where none is needed.
        SAVED: What the answer holds when it was saved.
    """

    platform: str
    title: str
    grammar: config_tree.Grammar
    ends: bool = True
    version: str = "version "
    SAVE: str = "write memory"
    SAVED: str = "[OK]"
    SHOW_RUNNING_CONFIG: str = "show running-config"

    def running_config(self, answer: str) -> str:
        """Return the configuration out of its answer, noise masked, ending in one newline.

        Raises:
            IncompleteConfig: It is empty, cut short or no configuration of this platform.
        """
        kept = without_noise(self.platform, answer).strip().splitlines()
        if not kept:
            raise IncompleteConfig("the device answered with an empty configuration")
        if self.ends and kept[-1] != _END:
            # What it ends in is not repeated: half a line may be a secret.
            problem = f"the configuration is cut short: line {len(kept)} is not {_END!r}"
            raise IncompleteConfig(problem)
        if not any(self.version in line for line in kept[:_HEAD_LINES]):
            problem = f"the answer is no {self.title} configuration: it names no version"
            raise IncompleteConfig(problem)
        return "\n".join(kept) + "\n"

    def changes(self, running: str, intended: str) -> list[str]:
        """Return the next commands on the way from `running` to `intended`.

        What is missing first; only when nothing is, what is too much: a command that replaces
        another takes the old one away by itself.
        """
        have, want = self.parse(running), self.parse(intended)
        return config_tree.next_commands(have, want, self.grammar)

    def differences(self, running: str, intended: str) -> str:
        """Return what differs by meaning, section by section, `-` before lines that would go."""
        return config_tree.difference(self.parse(running), self.parse(intended))

    misread = staticmethod(ordinary.misread)
    keep_drained = staticmethod(ordinary.keep_drained)

    def parse(self, text: str) -> config_tree.Paths:
        """Return the configuration's lines, each with the sections that it stands in."""
        return config_tree.parse(text, self.grammar)

    def configure(self, commands: Iterable[str]) -> str:
        """Return the lines that carry out configuration commands."""
        return "\n".join(["configure terminal", *commands, _END])


_SECTIONS = ("interface ", "router ", "route-map ", "vrf ", "line ", "key chain ", "policy-map ",
             "class-map ", "ip access-list ", "ipv6 access-list ", "vlan ")  # fmt: skip
# A password that the device shows hashed, encrypted or not at all.
_SNMP_USER = r"snmp-server user \S+ \S+"
_ENTRY = r"\d+ "
_NEIGHBOUR = r"neighbor \S+"


def _numbered(pattern: str) -> Callable[[str], str]:
    """Return what tells the number of an entry, which goes by that alone."""

    def place(line: str) -> str:
        found = re.match(pattern, line)
        return found[0].strip() if found else ""

    return place


IOS = Indented(
    "ios",
    "IOS",
    config_tree.Grammar(
        sections=(*_SECTIONS, "ip ssh pubkey-chain"),
        subsections=("address-family ", "class ", "username "),
        ends=("exit", "exit-address-family", "exit-vrf", _END),
        # It shows no SNMPv3 user at all.
        ignored=("version ", "boot-", "service timestamps", "snmp-server user "),
        nested=True,
        implied=("no shutdown",),
        blocks={"banner ": ""},
        place=_numbered(rf"{_ENTRY}|ip prefix-list \S+ seq \d+ "),
        things=_NEIGHBOUR,
    ),
)
EOS = Indented(
    "eos",
    "EOS",
    config_tree.Grammar(
        sections=(*_SECTIONS, "ip prefix-list ", "management "),
        subsections=("address-family ", "vrf "),
        ends=("exit", _END),
        ignored=("version ", "transceiver "),
        nested=True,
        implied=("no shutdown",),
        blocks={"banner ": "EOF"},
        place=_numbered(rf"{_ENTRY}|seq \d+ "),
        things=_NEIGHBOUR,
        masked=_SNMP_USER,
    ),
    version="EOS-",
    SAVED="Copy completed successfully.",
)
NXOS = Indented(
    "nxos",
    "NX-OS",
    config_tree.Grammar(
        sections=_SECTIONS,
        subsections=("address-family ", "neighbor ", "vrf "),
        ends=("exit", _END),
        ignored=("version ", "vdc ", "boot "),
        nested=True,
        blocks={"banner ": ""},
        place=_numbered(rf"{_ENTRY}|ip prefix-list \S+ seq \d+ "),
        masked=_SNMP_USER,
    ),
    ends=False,
    SAVE="copy running-config startup-config",
    SAVED="Copy complete",
)
IOSXR = Indented(
    "iosxr",
    "IOS XR",
    config_tree.Grammar(
        sections=("interface ", "router ", "vrf ", "line ", "key chain ", "policy-map ",
                  "class-map ", "ipv4 access-list ", "ipv6 access-list ", "ntp", "username "),
        subsections=("address-family ", "neighbor ", "vrf ", "area ", "interface "),
        ends=("exit", _END),
        ignored=("version ",),
        nested=True,
        implied=("no shutdown",),
        blocks={"banner ": "", "route-policy ": "end-policy", "prefix-set ": "end-set"},
        masked=_SNMP_USER,
    ),
    version="IOS XR Configuration",
    SAVE="",
    SAVED="",
)  # fmt: skip
