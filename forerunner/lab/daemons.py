"""The daemons of a router: how each is started and how one sees that it runs."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from forerunner.lab.access import AGENTX, account_id
from forerunner.lab.commands import run, run_all
from forerunner.lab.journal import NETNS
from forerunner.lab.lab import Lab
from forerunner.render import router_config, router_data

ROUTING_DAEMONS = ("zebra", "ospfd", "bgpd", "bfdd", "staticd")
LOG_PORT = 514
_FRR = "/usr/lib/frr"
_IN_SNMP = ("ospfd", "bgpd")

# What `ip netns exec` does not give: a /run and /var/tmp of the router's own, because sshd and
# FRR keep files at fixed places there. They vanish with the last process of the router. And a /dev
# of its own, in which `log` leads to who takes the router's log lines.
_ENTER = """#!/bin/sh
set -e
mount -t tmpfs -o mode=755 none /var/tmp
mkdir /var/tmp/keep
mount --bind /run/forerunner /var/tmp/keep
mount -t tmpfs -o mode=755 none /run
mkdir /run/forerunner /run/sshd /run/frr
mount --move /var/tmp/keep /run/forerunner
chmod 1777 /var/tmp
mkdir /run/dev
mount -t tmpfs -o mode=755 none /run/dev
for each in null zero full random urandom tty ptmx; do
  : >/run/dev/$each
  mount --bind /dev/$each /run/dev/$each
done
mkdir /run/dev/pts /run/dev/shm
mount --rbind /dev/pts /run/dev/pts
mount -t tmpfs -o mode=1777 none /run/dev/shm
cp -d /dev/fd /dev/stdin /dev/stdout /dev/stderr /run/dev
ln -s "$1/log" /run/dev/log
mount --move /run/dev /dev
shift
exec "$@"
"""

_PREPARE = """cd /proc/sys/net
echo 1 > ipv4/ip_forward
echo 1 > ipv6/conf/all/disable_ipv6
for file in ipv4/conf/*/rp_filter; do echo 0 > $file; done
"""


@dataclass(frozen=True)
class Daemon:
    """A daemon of one router or traffic host.

    Attributes:
        router: Name of the router or traffic host.
        name: What the kernel calls the process.
        command: What starts it in the background, a line of shell.
        pid_file: Where its process number is.
    """

    router: str
    name: str
    command: str
    pid_file: Path


def daemons(lab: Lab, router: str) -> tuple[Daemon, ...]:
    """Return the daemons that a router should run, in the order of their start."""
    directory = lab.router_directory(router)
    commands = {"syslogd": _log_forwarder(lab, directory)}
    commands |= {name: _routing_daemon(directory, name) for name in ROUTING_DAEMONS}
    commands["sshd"] = f"/usr/sbin/sshd -f {directory}/sshd_config -E {directory}/sshd.log"
    commands["snmpd"] = (
        f"env MIBS= SNMP_PERSISTENT_DIR={directory}/snmp /usr/sbin/snmpd "
        f"-Lf {directory}/snmpd.log -C -c {directory}/snmpd.conf -p {directory}/snmpd.pid"
    )
    commands["reflect"] = _reflector(lab, directory)
    return tuple(
        Daemon(router, name, command, directory / f"{name}.pid")
        for name, command in commands.items()
    )


def write_files(lab: Lab, router: str) -> None:
    """Write what a router's routing daemons read."""
    directory = lab.router_directory(router)
    (lab.state / "enter").write_text(_ENTER)
    configuration = directory / "frr"
    configuration.mkdir()
    (configuration / "vtysh.conf").write_text(
        f"hostname {router}\nservice integrated-vtysh-config\n"
    )
    text = router_config("frr", router_data(router, lab.network))
    (configuration / "frr.conf").write_text(text)
    for daemon in _IN_SNMP:
        (configuration / f"{daemon}.conf").write_text("agentx\n")
    agent = directory / "agentx"
    agent.mkdir()
    (agent / "frr.conf").write_text(f"agentXSocket {AGENTX}\nagentXPingInterval 1\n")
    shutil.chown(agent, "frr", "frr")
    # `write memory` by netops, a member of frrvty, replaces the files here.
    for path in (configuration, *configuration.iterdir()):
        shutil.chown(path, "frr", "frrvty")
        path.chmod(0o2775 if path.is_dir() else 0o664)
    shutil.chown(directory, "frr", "frrvty")


def start(lab: Lab, wanted: Iterable[Daemon]) -> None:
    """Start daemons, all routers side by side, and give the routing daemons their configuration."""
    by_router: dict[str, list[Daemon]] = {}
    for daemon in wanted:
        by_router.setdefault(daemon.router, []).append(daemon)
    run_all(_start_command(lab, router, group) for router, group in by_router.items())


def dead(lab: Lab) -> list[Daemon]:
    """Return the daemons that should run and do not."""
    return [
        daemon
        for router in lab.routers
        for daemon in daemons(lab, router)
        if not runs(daemon, lab.namespace(router))
    ]


def _start_command(lab: Lab, router: str, group: list[Daemon]) -> tuple[str, ...]:
    lines = [f"hostname {router}", _PREPARE]
    lines += [f"{daemon.command} &" for daemon in group if daemon.name not in ROUTING_DAEMONS]
    routing = [daemon for daemon in group if daemon.name in ROUTING_DAEMONS]
    # The others need zebra's socket; all at once otherwise.
    lines += [d.command for d in routing if d.name == "zebra"]
    lines += [f"{d.command} &" for d in routing if d.name != "zebra"]
    lines.append("wait")
    directory = lab.router_directory(router)
    only = [f"-d {d.name}" for d in routing] if len(routing) < len(ROUTING_DAEMONS) else [""]
    for daemon in only if routing else []:
        lines.append(
            f"/usr/bin/vtysh --vty_socket {directory} --config_dir {directory}/frr {daemon} -b"
        )
    script = "\n".join(lines)
    return inside(lab, router, script)


def inside(lab: Lab, node: str, script: str) -> tuple[str, ...]:
    """Return the command that runs a script of shell as a router or traffic host."""
    enter = str(lab.state / "enter")
    # A host name of the node's own, which every daemon takes over.
    alone = ("unshare", "--uts", "sh", enter, str(lab.router_directory(node)), "sh", "-c", script)
    return ("ip", "netns", "exec", lab.namespace(node), *alone)


def _routing_daemon(directory: Path, name: str) -> str:
    control = f"--bfdctl {directory}/bfdd.sock" if name == "bfdd" else ""
    # Its tables go to snmpd; net-snmp's library looks for its frr.conf in that directory.
    agent = f"{directory}/agentx"
    served = f"env MIBS= SNMPCONFPATH={agent} SNMP_PERSISTENT_DIR={agent}"
    before, module = (served, "-M snmp") if name in _IN_SNMP else ("", "")
    return (
        f"{before} {_FRR}/{name} -d -u frr -g frr -A 127.0.0.1 -P 0 --vty_socket {directory} "
        f"-i {directory}/{name}.pid -z {directory}/zserv.api -f {directory}/frr/{name}.conf "
        f"--log syslog --log-level informational {control} {module}"
    )


def _reflector(lab: Lab, directory: Path) -> str:
    number = account_id("agent")
    return (
        f"( setsid setpriv --reuid {number} --regid {number} --clear-groups "
        f"/usr/bin/python3 -I -S {lab.agent} reflect "
        f"</dev/null >{directory}/reflect.log 2>&1 & echo $! >{directory}/reflect.pid )"
    )


def _log_forwarder(lab: Lab, directory: Path) -> str:
    """Return what takes the lines of the router's daemons, keeps them and sends them on."""
    return (
        f"( setsid busybox syslogd -n -L -O {directory}/frr.log "
        f"-R {lab.management_address()}:{LOG_PORT} "
        f"</dev/null >{directory}/syslogd.log 2>&1 & echo $! >{directory}/syslogd.pid )"
    )


def runs(daemon: Daemon, namespace: str) -> bool:
    """Return whether a daemon runs, and in its router's namespace."""
    try:
        pid = int(daemon.pid_file.read_text())
        here = Path(f"/proc/{pid}/ns/net").stat().st_ino == (NETNS / namespace).stat().st_ino
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError):
        return False
    return here and daemon.name in command


def vtysh(lab: Lab, router: str, *commands: str) -> tuple[str, ...]:
    """Return the command that makes a router's command line do something, for `run_all`."""
    directory = str(lab.router_directory(router))
    text = "\n".join(commands)
    options = ("--vty_socket", directory, "--config_dir", f"{directory}/frr")
    return ("/usr/bin/vtysh", *options, "-c", text)


def ask(lab: Lab, router: str, *commands: str) -> str:
    """Let a router's command line do something and return what it answers."""
    return run(*vtysh(lab, router, *commands))
