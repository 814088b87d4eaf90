"""The row `restore_drill_s`: a router is wiped, restored from its backup, its neighbours proven."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from forerunner.backup import Note, Terms, back_up, open_seal
from forerunner.bench.change import site
from forerunner.bench.rows import Extent, Row
from forerunner.configure.health import Patience
from forerunner.lab import Lab
from forerunner.restore import Drill, drill
from forerunner.restore.history import History
from forerunner.trials.routers import device, network, terms

_TIMER_S, _SETTLE_S = 90.0, 60.0


def rows(extent: Extent, console: Console) -> Sequence[Row]:
    """Return the row; the slowest of the routers counts, one router in the short form."""
    with site.lab_of("lab") as lab, tempfile.TemporaryDirectory() as directory:
        routers = lab.routers if extent == "full" else lab.routers[:1]
        drills = _drilled(lab, routers, Path(directory))
    for name, found in drills.items():
        console.print(f"{name}: {found}")
    site.keep("restore-drill", {name: vars(found) for name, found in drills.items()})
    what = "wipe -> restored, neighbours full; the slowest router"
    failed = [f"{name}: {found.problem}" for name, found in drills.items() if found.problem]
    seconds = None if failed else max(found.seconds for found in drills.values())
    reason = f"not measured: {failed[0]}" if failed else what
    return [Row("restore_drill_s", reason, seconds, "s", "<= 60", n=len(drills))]


def _drilled(lab: Lab, routers: Sequence[str], directory: Path) -> dict[str, Drill]:
    devices = {name: device(lab, name) for name in routers}
    seal = open_seal(directory / "password", create=True)
    back_up(devices, directory / "backups", seal, Terms(Note("before a drill")))
    history = History.of(
        {"directory": directory / "backups", "vault_password_file": directory / "password"}
    )
    given = terms(lab, timer_s=_TIMER_S, patience=Patience(0.0, _SETTLE_S))
    return {
        name: drill(devices[name], history.at(name, "latest")[1], given, network(lab))
        for name in routers
    }
