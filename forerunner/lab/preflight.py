"""What must hold before anything is made."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from forerunner.lab.access import NAMESPACE_FILES
from forerunner.lab.commands import run
from forerunner.lab.errors import LabError, NotOurs
from forerunner.lab.journal import Journal, interface_identity, namespace_identity
from forerunner.lab.lab import RUN, Lab

# Program and the Debian package that brings it.
PROGRAMS = {
    "/usr/lib/frr/zebra": "frr",
    "/usr/bin/vtysh": "frr",
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "iptables-nft": "iptables",
    "/usr/sbin/sshd": "openssh-server",
    "ssh-keygen": "openssh-client",
    "/usr/sbin/snmpd": "snmpd",
    "snmpset": "snmp",
    "busybox": "busybox",
    "/usr/lib/*/frr/modules/ospfd_snmp.so": "frr-snmp",
    "tcpdump": "tcpdump",
    "setpriv": "util-linux",
    "hostname": "hostname",
    "/usr/bin/python3": "python3",
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
    missing = {package for program, package in PROGRAMS.items() if not _is_there(program)}
    if missing:
        names = " ".join(sorted(missing))
        raise LabError(f"Debian packages are missing; install them with: apt-get install {names}")


def _is_there(program: str) -> bool:
    """Return whether a program is there, or a file by a pattern: it lies with the architecture."""
    return any(Path("/").glob(program[1:])) if "*" in program else bool(shutil.which(program))


def check_foreign(lab: Lab, journal: Journal) -> None:
    """Raise when something stands where the lab would be and the journal does not know it.

    Raises:
        NotOurs: Names what stands there, and how to give way.
    """
    _check_directory(lab)
    for what in (*_foreign_names(lab, journal), *_foreign_addresses(lab, journal)):
        raise NotOurs(
            f"{what} and no journal says we made it; remove it yourself if it is yours, or take "
            "another lab with FORERUNNER_LAB_INDEX=1"
        )


def _foreign_names(lab: Lab, journal: Journal) -> Iterator[str]:
    ours = {
        act: {entry.name for entry in journal.entries(act)}
        for act in ("namespace", "interface", "path")
    }
    for name in lab.namespaces:
        if name not in ours["namespace"] and namespace_identity(name):
            yield f"network namespace {name} exists"
    interface = lab.management_interface
    if interface not in ours["interface"] and interface_identity(interface):
        yield f"network interface {interface} exists"
    for path in (NAMESPACE_FILES / lab.namespace(node) for node in lab.nodes):
        if str(path) not in ours["path"] and path.exists():
            yield f"directory {path} exists"


def _foreign_addresses(lab: Lab, journal: Journal) -> Iterator[str]:
    ours = {entry.name for entry in journal.entries("interface")}
    network = IPv4Network(lab.management_network)
    for interface, address in _addresses():
        if interface not in ours and IPv4Address(address) in network:
            yield f"{address} of {network} is on interface {interface}"


def _check_directory(lab: Lab) -> None:
    for manifest in RUN.glob("*/manifest.json"):
        other = manifest.parent.name
        if other != lab.name and _directory(manifest) == str(lab.directory):
            raise NotOurs(
                f"{lab.directory} holds the keys of lab {other}; give lab {lab.name} a "
                f"directory of its own with FORERUNNER_VAR=var/{lab.name}"
            )


def _directory(manifest: Path) -> str | None:
    """Return the directory of another checkout's lab, which may be of another version or going."""
    try:
        data = json.loads(manifest.read_text())
    except (OSError, ValueError):
        return None
    return data.get("directory") if isinstance(data, dict) else None


def _addresses() -> list[tuple[str, str]]:
    links = json.loads(run("ip", "-j", "-4", "addr", "show"))
    return [(link["ifname"], info["local"]) for link in links for info in link["addr_info"]]
