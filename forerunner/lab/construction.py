"""Building a lab, and finding out whether it is whole."""

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from forerunner import home
from forerunner.lab import access, daemons, network, probe_hosts
from forerunner.lab.convergence import wait_converged
from forerunner.lab.journal import Journal
from forerunner.lab.lab import Lab
from forerunner.lab.preflight import check_foreign, check_machine
from forerunner.lab.removal import remove_all

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Built:
    """What building did.

    Attributes:
        changed: Whether anything was made or started.
        actions: What was made or started, for people; in check mode what would be.
        built_s: Seconds until every daemon ran.
        converged_s: Seconds from the start of the build until OSPF was full everywhere.
        anew: Whether nothing of a lab before it is left.
    """

    changed: bool
    actions: tuple[str, ...]
    built_s: float
    converged_s: float
    anew: bool = False


def build(lab: Lab, timeout_s: float = 30.0, check: bool = False) -> Built:
    """Build what is missing of a lab and wait until it has converged.

    A lab that a crash cut short, or that was built from other data, is removed first.

    Args:
        lab: The lab that is wanted.
        timeout_s: Seconds to wait for OSPF.
        check: Only say what would be done.

    Raises:
        LabError: It cannot be built here; says why and what to do.
    """
    started = time.monotonic()
    journal = _checked_journal(lab)
    actions, dead = _wanted(lab)
    if check or not actions:
        return Built(bool(actions), actions, 0.0, 0.0 if check else wait_converged(lab, timeout_s))
    with journal.lock():
        _make(lab, dead)
        built_s = time.monotonic() - started
        wait_converged(lab, timeout_s)
    return Built(True, actions, built_s, time.monotonic() - started, not dead)


def _checked_journal(lab: Lab) -> Journal:
    """Return the journal once nothing stands in the way of building here."""
    check_machine()
    journal = Journal(lab.state)
    journal.check_owner()
    check_foreign(lab, journal)
    return journal


def _make(lab: Lab, dead: list[daemons.Daemon]) -> None:
    if dead:
        daemons.start(lab, (each for each in dead if each.router in lab.routers))
        probe_hosts.start(lab, [each.router for each in dead if each.router in lab.hosts])
    else:
        _build_anew(lab)


def _wanted(lab: Lab) -> tuple[tuple[str, ...], list[daemons.Daemon]]:
    if not lab.state.exists():
        return (f"build lab {lab.name}",), []
    reason = _unusable(lab)
    if reason:
        return (f"build lab {lab.name} anew: {reason}",), []
    dead = daemons.dead(lab) + probe_hosts.dead(lab)
    return tuple(f"start {daemon.name} on {daemon.router}" for daemon in dead), dead


def _unusable(lab: Lab) -> str:
    if not lab.is_up:
        return "its last build did not end"
    if Journal(lab.state).owner != str(home.root()):
        return "another checkout left it"
    if Lab.open(lab.name).to_data() != json.loads(json.dumps(lab.to_data())):
        return "it was built from other data"
    if not access.keys_are_there(lab):
        return f"keys are missing in {lab.directory}"
    return ", ".join(network.missing(lab))


def _build_anew(lab: Lab) -> None:
    if lab.state.exists():
        remove_all(lab.state)
    journal = Journal.create(lab.state)
    for node in lab.nodes:
        lab.router_directory(node).mkdir()
    network.build(lab, journal)
    access.write_keys(lab, journal)
    access.write_namespace_files(lab, journal)
    _copy_agent(lab)
    for router in lab.routers:
        daemons.write_files(lab, router)
        access.write_daemon_files(lab, router)
    daemons.start(lab, (d for router in lab.routers for d in daemons.daemons(lab, router)))
    probe_hosts.start(lab, lab.hosts)
    access.quicken_counters(lab)
    lab.write_manifest()


def _copy_agent(lab: Lab) -> None:
    # The script finds its package two directories up, in a checkout as on a router.
    root = lab.agent.parents[1]
    for name in ("agent", "dialects"):
        # The agent puts configurations back, and speaks to its router by the same dialect.
        shutil.copytree(_PACKAGE / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "errors.py"):
        shutil.copy(_PACKAGE / name, root / name)
