"""What a machine needs to hold shadows, and which routers it can be a shadow of."""

import grp
import os
import pwd
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from forerunner.shadow.errors import NoShadow, UnlikeDevice

FRR = Path("/usr/lib/frr")
_PROGRAMS = {"vtysh": "frr", "ip": "iproute2", "unshare": "util-linux", "nsenter": "util-linux"}
_DEVICE_VERSION = re.compile(r"^frr version (\S+)$", re.MULTILINE)
_OUR_VERSION = re.compile(r"\bversion (\S+)")


@dataclass(frozen=True)
class Machine:
    """A machine that can hold shadows.

    Attributes:
        frr: Directory of FRR's daemons.
        version: FRR's version.
        user: User number of FRR's daemons.
        group: Group number of those who may talk to them.
    """

    frr: Path
    version: str
    user: int
    group: int


def check_machine(frr: Path = FRR) -> Machine:
    """Return what this machine has.

    Raises:
        NoShadow: Not Linux, not root, or a package is missing (names it).
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise NoShadow(
            "a shadow router needs Linux and root, for its namespaces; try: "
            "sudo .venv/bin/ansible-playbook playbooks/plan_config.yml"
        )
    missing = {package for program, package in _PROGRAMS.items() if not shutil.which(program)}
    if missing or not os.access(frr / "zebra", os.X_OK):
        names = " ".join(sorted(missing | {"frr"}))
        raise NoShadow(
            f"a shadow router needs packages; install them with: apt-get install {names}"
        )
    try:
        return Machine(frr, _version(frr), *_account())
    except KeyError as error:
        raise NoShadow(f"FRR's account is missing: {error}; reinstall package frr") from error


def check_version(name: str, machine: Machine, running: str) -> None:
    """Raise unless a router runs the version that its shadow would.

    Raises:
        UnlikeDevice: Names both versions, or says that the device gives none.
    """
    found = _DEVICE_VERSION.search(running)
    theirs = found[1] if found else "of no stated version"
    if theirs != machine.version:
        raise UnlikeDevice(
            f"{name}: it runs FRR {theirs}, the shadow would run {machine.version}, and what that "
            f"takes the device may refuse; plan on a machine with FRR {theirs}"
        )


def _version(frr: Path) -> str:
    said = subprocess.run([frr / "zebra", "--version"], capture_output=True, text=True, check=False)
    found = _OUR_VERSION.search(said.stdout)
    if not found:
        raise NoShadow(f"{frr / 'zebra'} does not tell its version; reinstall package frr")
    return found[1]


def _account() -> tuple[int, int]:
    return pwd.getpwnam("frr").pw_uid, grp.getgrnam("frrvty").gr_gid
