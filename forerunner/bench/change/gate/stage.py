"""A lab, a gate of its own and a project of two playbooks to get past it by."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forerunner import home
from forerunner.database import Database
from forerunner.errors import ForerunnerError
from forerunner.gate import trail
from forerunner.lab import Lab
from forerunner.lab.lab import RUN
from forerunner.trials.site import ROUTERS_ALONE, Site

LAB, SHORT_LAB = 64, 74
_PLAY = Path(__file__).parent / "play"
_ROOT = home.root()
_TIMEOUT_S = 300.0
Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """Where attempts are made.

    Attributes:
        site: The lab, and the directory of the ledger, the switch and the trail.
        project: What stands for the project's root.
    """

    site: Site
    project: Path

    @property
    def lab(self) -> Lab:
        """Return the lab."""
        return self.site.lab

    @property
    def journal(self) -> Path:
        """Return the file that playbook `write` notes its writes in."""
        return self.project / "journal"

    @property
    def policy(self) -> dict[str, Any]:
        """Return the inventory's policy, of a gate that does not wait and binds everybody."""
        place = _ROOT / "inventories" / "lab" / "group_vars" / "all" / "change_gate.yml"
        policy: dict[str, Any] = yaml.safe_load(place.read_text())["change_policy"]
        everybody = ["cli", "airflow", "prediction", "git"]
        return policy | {"lease_wait_s": 0, "windows_bind": everybody}

    def play(self, name: str, *arguments: str, **environment: str) -> str:
        """Run a playbook of the project as a person would, and return all that it said."""
        program = Path(sys.executable).with_name("ansible-playbook")
        return self.run(
            str(program), str(self.project / "playbooks" / f"{name}.yml"), *arguments, **environment
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a command for this stage and return all that it said."""
        done = subprocess.run(
            command,
            cwd=self.project,
            env=self.site.environment | {"ANSIBLE_NOCOLOR": "1"} | environment,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        return done.stdout + done.stderr

    def variables(self, **variables: Any) -> str:
        """Write extra variables into a file and return the argument that names it."""
        path = self.project / "variables.json"
        path.write_text(json.dumps(variables))
        return f"-e@{path}"

    def configurations(self) -> dict[str, str]:
        """Return what every router runs, asked of itself and not of the controller."""
        return {name: self.vtysh(name, "show running-config") for name in self.lab.routers}

    def vtysh(self, router: str, *commands: str) -> str:
        """Say something to a router past SSH and the gate, and return the answer."""
        place = self.lab.router_directory(router)
        options = ["--vty_socket", str(place), "--config_dir", str(place / "frr")]
        command = ["vtysh", *options, "-c", "\n".join(commands)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def reset(self) -> None:
        """Take back what was written, on every router."""
        for name in self.lab.routers:
            lines = ["configure terminal", "interface lo", "no description"]
            for way in self.lab.directions(name):
                lines += [f"interface {way.interface}", "ip ospf cost 10"]
            self.vtysh(name, *lines)

    def admissions(self) -> int:
        """Return how often the gate has let something through."""
        entries = trail.read(Database(self.site.ledger_url))
        return sum(entry.data.get("kind") == "admitted" for entry in entries)


@contextmanager
def raised(directory: Path, short: bool) -> Iterator[Stage]:
    """Build the lab and the project, point this process at them, and remove the lab at the end.

    Raises:
        ForerunnerError: The lab is up already, and might be somebody's.
    """
    index = int(os.environ.get("FORERUNNER_LAB_INDEX") or (SHORT_LAB if short else LAB))
    shutil.rmtree(directory, ignore_errors=True)
    stage = Stage(Site(index, directory / "var"), directory / "project")
    if (RUN / f"fr{index}").exists():
        raise ForerunnerError(f"lab {index} is there already, and may be somebody's; remove it")
    _build_project(stage.project)
    own = stage.site.environment | {"FORERUNNER_HOME": str(stage.project)}
    stage.site.playbook("build_lab", *ROUTERS_ALONE)
    try:
        with _environment(own):
            stage.site.ledger().close()
            stage.reset()
            yield stage
    finally:
        stage.site.playbook("remove_lab")


def _build_project(project: Path) -> None:
    """Lay out a root whose playbooks are the bench's own and, with tags, the real ones."""
    shutil.copytree(_PLAY, project / "playbooks")
    shutil.copy(_ROOT / "ansible.cfg", project)
    for name in ("roles", "inventories", "templates"):
        (project / name).symlink_to(_ROOT / name)
    drain = yaml.safe_load((_ROOT / "playbooks" / "drain_link.yml").read_text())
    for task, tag in zip(drain[0]["tasks"], ("gate", "act"), strict=False):
        task["tags"] = [tag]
    (project / "playbooks" / "drain_link.yml").write_text(yaml.safe_dump(drain, sort_keys=False))


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
