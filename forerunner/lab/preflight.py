"""What must hold before anything is made."""

import json
import os
import shutil
import sys
from ipaddress import IPv4Address, IPv4Network

from forerunner.lab.commands import run
from forerunner.lab.errors import LabError, NotOurs
from forerunner.lab.journal import Journal, namespace_identity
from forerunner.lab.lab import RUN, Lab

# Program and the Debian package that it comes from.
_PROGRAMS = {
    "/usr/lib/frr/zebra": "frr",
    "/usr/bin/vtysh": "frr",
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "/usr/sbin/sshd": "openssh-server",
    "ssh-keygen": "openssh-client",
    "/usr/sbin/snmpd": "snmpd",
    "snmpset": "snmp",
    "tcpdump": "tcpdump",
    "setpriv": "util-linux",
    "hostname": "hostname",
    "/usr/bin/python3": "python3-minimal",
}


def check_machine() -> None:
    """Raise unless labs can stand on this machine.

    Raises:
        LabError: Not Linux, not root, or a Debian package is missing (names it).
    """
    if sys.platform != "linux":
        raise LabError(f"the lab needs Linux network namespaces; this machine runs {sys.platform}")
    if os.geteuid() != 0:
        raise LabError(
            "the lab makes network namespaces and needs root; try: "
            "sudo ansible-playbook playbooks/build_lab.yml"
        )
    missing = {package for program, package in _PROGRAMS.items() if not shutil.which(program)}
    if missing:
        names = " ".join(sorted(missing))
        raise LabError(f"Debian packages are missing; install them with: apt-get install {names}")


def check_foreign(lab: Lab, journal: Journal) -> None:
    """Raise when something stands where the lab would be and the journal does not know it.

    Raises:
        NotOurs: Names what stands there, and how to give way.
    """
    ours = {entry.name for entry in journal.entries("namespace")}
    _check_directory(lab)
    way_out = "remove it yourself if it is yours, or take another lab with FORERUNNER_LAB_INDEX=1"
    for name in lab.namespaces:
        if name not in ours and namespace_identity(name):
            raise NotOurs(
                f"network namespace {name} exists and no journal says we made it; {way_out}"
            )
    known = {entry.name for entry in journal.entries("interface")}
    for interface, address in _addresses():
        if interface not in known and IPv4Address(address) in IPv4Network(lab.management_network):
            raise NotOurs(
                f"{address} of {lab.management_network} is on interface {interface} and no journal "
                f"says we made it; {way_out}"
            )


def _check_directory(lab: Lab) -> None:
    for manifest in RUN.glob("*/manifest.json"):
        other = Lab.open(manifest.parent.name)
        if other.name != lab.name and other.directory == lab.directory:
            raise NotOurs(
                f"{lab.directory} holds the keys of lab {other.name}; give lab {lab.name} a "
                f"directory of its own with FORERUNNER_VAR=var/{lab.name}"
            )


def _addresses() -> list[tuple[str, str]]:
    links = json.loads(run("ip", "-j", "-4", "addr", "show"))
    return [(link["ifname"], info["local"]) for link in links for info in link["addr_info"]]
