"""Lay what Forerunner stands on: the locked environment and the lab's Debian packages.

Run by the system's own interpreter before there is an environment, so it uses the standard
library alone: `python3 -I forerunner/bootstrap.py environment|peers|packages [--optional]`.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
# What `make bench-fleet` compares with, in an environment of its own: nothing of it is ours.
PEERS = ROOT / ".cache" / "bench"
PEERS_LOCK = ROOT / "requirements-bench.lock"
SETUP = ROOT / ".cache" / "setup"
STAMP = ENVIRONMENT / ".complete"
POLICY = Path("/usr/sbin/policy-rc.d")

# What the lab runs, by Debian package; the comment behind each says what for.
LAB_PACKAGES = (
    "python3",  # what the routers' agent runs under, whichever Python the project has
    "frr",  # zebra, ospfd, bgpd, bfdd and vtysh
    "frr-pythontools",  # frr-reload, for device_config
    "frr-snmp",  # their OSPF and BGP tables over SNMP
    "osmo-hlr",  # the HLR, itself
    "snmpd",  # counters over SNMPv3
    "snmp",  # snmpset, which makes snmpd read its counters anew every second
    "busybox",  # syslogd, which sends the routers' log lines on
    "openssh-server",  # the routers' command line
    "openssh-client",
    "softflowd",  # exports the routers' flows as NetFlow v9
    "nfdump",  # nfcapd, which collects them
    "iperf3",
    "traceroute",
    "iputils-ping",
    "tcpdump",  # the packet captures that losses are counted from
    "nftables",  # impairments
    "iptables",  # delay, where the kernel has no netem
    "iproute2",
    "procps",
    "git",  # backups are a repository
)
# What the tests run besides.
TEST_PACKAGES = (
    "postgresql",  # the ledger of more than one machine
    "prometheus",  # scrapes our own state
)
# Services that apt would enable at boot; the lab starts its own copies in namespaces.
SERVICES = {
    "frr": "frr",
    "osmo-hlr": "osmo-hlr",
    "snmpd": "snmpd",
    "openssh-server": "ssh",
    "softflowd": "softflowd",
    "nfdump": "nfdump",
    "postgresql": "postgresql",
    "prometheus": "prometheus",
}


class Refusal(Exception):
    """Something that the person at the keyboard has to do first; one line."""


def say(text: str) -> None:
    """Show what is going on now."""
    print(f"forerunner: {text}", file=sys.stderr, flush=True)


def missing_packages(wanted: Sequence[str]) -> list[str]:
    """Return the Debian packages of `wanted` that are not installed.

    Raises:
        Refusal: This is no Debian.
    """
    if not shutil.which("dpkg-query"):
        raise Refusal(f"this is no Debian; install what these hold: {' '.join(wanted)}")
    command = ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *wanted]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    present = {line.split()[0] for line in listed.splitlines() if line.endswith(" installed")}
    return [package for package in wanted if package not in present]


def ensure_packages(wanted: Sequence[str]) -> None:
    """Install the Debian packages that are missing; nothing of theirs is started.

    Raises:
        Refusal: Some are missing and neither root nor sudo without a password is at hand.
    """
    missing = missing_packages(wanted)
    if not missing:
        return
    if os.geteuid() == 0:
        _install_packages(missing)
    elif _may_sudo():
        interpreter = ["sudo", "-n", sys.executable, "-I", str(Path(__file__).resolve())]
        _run([*interpreter, "packages", *missing], "sudo could not install packages")
    else:
        raise Refusal(f"no root and no sudo; ask for: apt-get install {' '.join(missing)}")


def _may_sudo() -> bool:
    if not shutil.which("sudo"):
        return False
    return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0


def _install_packages(missing: Sequence[str]) -> None:
    say(f"installing Debian packages: {' '.join(missing)}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    with _services_kept_down():
        # Old package lists name files that the mirror no longer has: fetch them, try again.
        if not _lists_present() or subprocess.run(install, check=False).returncode != 0:
            _run(["apt-get", "update", "-qq"], "apt-get update failed")
            _run(install, "apt-get install failed")
    _disable([SERVICES[package] for package in missing if package in SERVICES])


def _lists_present() -> bool:
    return any(Path("/var/lib/apt/lists").glob("*_Packages*"))


@contextmanager
def _services_kept_down() -> Iterator[None]:
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def _disable(services: Sequence[str]) -> None:
    if services and shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", *services], capture_output=True, check=False)


def ensure_environment() -> None:
    """Bring `.venv` to exactly what `requirements.lock` says, hashes checked.

    By uv, which comes from the package index; by pip where uv cannot be had.

    Raises:
        Refusal: Python has no venv, or neither uv nor pip could install.
    """
    with _alone():
        if STAMP.exists() and STAMP.read_text() == _stamp():
            return
        _ensure_venv_module()
        if not _environment_works():
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        STAMP.unlink(missing_ok=True)
        if not (_with_uv() or _with_pip()):
            raise Refusal("the environment could not be installed; what stopped it stands above")
        STAMP.write_text(_stamp())


def ensure_peers() -> None:
    """Bring `.cache/bench` to what `requirements-bench.lock` says, hashes checked.

    Raises:
        Refusal: uv cannot be had, or could not install.
    """
    with _alone():
        stamp, wanted = PEERS / ".complete", hashlib.sha256(PEERS_LOCK.read_bytes()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        uv, python = str(SETUP / "uv" / "bin" / "uv"), str(PEERS / "bin" / "python")
        made = _try([uv, "venv", "-q", "--clear", "--python", sys.executable, str(PEERS)])
        install = [uv, "pip", "sync", "-q", "--python", python, _COMPILED]
        install += ["--require-hashes", str(PEERS_LOCK)]
        if not (made and _try(install)):
            raise Refusal("the peers could not be installed; what stopped it stands above")
        stamp.write_text(wanted)


def _stamp() -> str:
    inputs = b"".join(path.read_bytes() for path in (LOCK, ROOT / "pyproject.toml"))
    return f"{ROOT}\n{hashlib.sha256(inputs).hexdigest()}\n"


def _environment_works() -> bool:
    python = ENVIRONMENT / "bin" / "python"
    # Its scripts name their interpreter by its full path: one that moved is no good.
    moved = STAMP.exists() and STAMP.read_text().splitlines()[:1] != [str(ROOT)]
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return not moved and python.exists() and _try([str(python), "-c", check])


@contextmanager
def _alone() -> Iterator[None]:
    SETUP.mkdir(parents=True, exist_ok=True)
    with (SETUP / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _ensure_venv_module() -> None:
    probe = subprocess.run(
        [sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False
    )
    if probe.returncode != 0:
        ensure_packages(["python3-venv"])


def _with_uv() -> bool:
    tools = SETUP / "uv"
    uv = tools / "bin" / "uv"
    if not uv.exists():
        say("fetching uv")
        made = _try([sys.executable, "-m", "venv", "--clear", str(tools)])
        if not (made and _try([str(tools / "bin" / "pip"), "install", "-q", "uv"])):
            say("uv cannot be had; going on with pip, which takes some minutes")
            return False
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    venv = [str(uv), "venv", "-q", "--python", sys.executable, str(ENVIRONMENT)]
    if not (ENVIRONMENT.exists() or _try(venv)):
        return False
    say("installing requirements.lock into .venv with uv")
    target = ["--python", str(ENVIRONMENT / "bin" / "python"), _COMPILED]
    # On a terminal uv draws its progress; into a file it would list every package.
    target += [] if sys.stderr.isatty() else ["--quiet"]
    return _try([str(uv), "pip", "sync", *target, "--require-hashes", str(LOCK)]) and _try(
        [str(uv), "pip", "install", *target, *_PROJECT]
    )


# Else each start of Ansible compiles it all anew where Python may not write what it compiled.
_COMPILED = "--compile-bytecode"
# The build backend is in the lock, so nothing is fetched to build the project itself.
_PROJECT = ("--no-build-isolation", "--no-deps", "--editable", str(ROOT))


def _with_pip() -> bool:
    if not _try([sys.executable, "-m", "venv", str(ENVIRONMENT)]):
        return False
    say("installing requirements.lock into .venv with pip; this takes some minutes")
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--progress-bar", "off"]
    return _try([*pip, "--require-hashes", "-r", str(LOCK)]) and _try([*pip, "-q", *_PROJECT])


def _try(command: Sequence[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _run(command: Sequence[str], problem: str) -> None:
    if not _try(command):
        raise Refusal(f"{problem}; what stopped it stands above")


def main(arguments: Sequence[str]) -> int:
    """Do `environment`, `peers` or `packages [--optional] [tests | NAME...]`.

    With `--optional`, packages that cannot be installed are named and the rest goes on; `tests`
    stands for all that the tests want.

    Returns:
        The exit code.
    """
    optional = "--optional" in arguments
    what, *names = [word for word in arguments if word != "--optional"] or ["environment"]
    try:
        if what == "environment":
            ensure_environment()
        elif what == "peers":
            ensure_peers()
        else:
            wanted = (*LAB_PACKAGES, *TEST_PACKAGES) if names == ["tests"] else names
            ensure_packages(wanted or LAB_PACKAGES)
    except (Refusal, OSError) as error:
        say(str(error))
        return 0 if optional else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
