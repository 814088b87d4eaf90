"""The traffic hosts as probe hosts: each with an SSH server, and an account that may test."""

from collections.abc import Iterable

from forerunner.lab.access import sshd_config
from forerunner.lab.commands import run_all
from forerunner.lab.daemons import Daemon, inside, runs
from forerunner.lab.lab import Lab

ACCOUNT = "probe"


def start(lab: Lab, hosts: Iterable[str]) -> None:
    """Start the SSH servers of traffic hosts, side by side."""
    names = list(hosts)
    for host in names:
        path = lab.router_directory(host) / "sshd_config"
        path.write_text(sshd_config(lab, host, [ACCOUNT]))
    run_all(inside(lab, host, f"hostname {host}\n{_daemon(lab, host).command}") for host in names)


def dead(lab: Lab) -> list[Daemon]:
    """Return the SSH servers that should run and do not."""
    wanted = (_daemon(lab, host) for host in lab.hosts)
    return [each for each in wanted if not runs(each, lab.namespace(each.router))]


def _daemon(lab: Lab, host: str) -> Daemon:
    directory = lab.router_directory(host)
    command = f"/usr/sbin/sshd -f {directory}/sshd_config -E {directory}/sshd.log"
    return Daemon(host, "sshd", command, directory / "sshd.pid")
