"""One real lab for the whole session, apart from any other by its index and its directory."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from forerunner import home
from forerunner.files import locked
from forerunner.lab import Lab
from forerunner.lab.preflight import check_machine

# Two sessions on one machine keep apart by this; the next index is used too. So do the workers
# of one session, which count from gw0: each has two indices of its own.
LAB_INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 90) + 2 * int(
    os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
)
# The modules that build labs of their own read it from here.
os.environ["FORERUNNER_TEST_LAB_INDEX"] = str(LAB_INDEX)

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Begin = Callable[..., "subprocess.Popen[str]"]
Speak = Callable[..., str]
CutOff = Callable[[str], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def machine() -> None:
    """A machine for labs; a package that it lacks is a fault, for the setup brings them all."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("labs need Linux and root")
    check_machine()


@pytest.fixture(scope="session")
def lab_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which commands find this session's lab and its run-time state."""
    directory = tmp_path_factory.mktemp("var")
    return {
        **os.environ,
        "FORERUNNER_LAB_INDEX": str(LAB_INDEX),
        "FORERUNNER_VAR": str(directory),
        "ANSIBLE_NOCOLOR": "1",
    }


@pytest.fixture(scope="session")
def playbook(lab_environment: dict[str, str]) -> Playbook:
    """Run a playbook as an engineer would: `playbook("build_lab", "--check")`."""

    def run(name: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*_play(name), *arguments],
            cwd=home.root(),
            env=lab_environment | environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run


def _play(name: str) -> list[str]:
    return [str(Path(sys.executable).with_name("ansible-playbook")), f"playbooks/{name}.yml"]


@pytest.fixture
def begin(lab_environment: dict[str, str], tmp_path: Path) -> Iterator[Begin]:
    """Start a playbook and go on; what it says is in `playbook.log` of the test's directory."""
    begun: list[subprocess.Popen[str]] = []

    def start(name: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        with (tmp_path / "playbook.log").open("w") as log:
            process = subprocess.Popen(
                [*_play(name), *arguments],
                cwd=home.root(),
                env=lab_environment | environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.kill()


@pytest.fixture(scope="session")
def lab(machine: None, playbook: Playbook) -> Iterator[Lab]:
    """A converged lab, removed when the session ends."""
    playbook("remove_lab")
    built = playbook("build_lab")
    assert built.returncode == 0, built.stdout + built.stderr
    yield Lab.open(LAB_INDEX)
    removed = playbook("remove_lab")
    assert removed.returncode == 0, removed.stdout + removed.stderr


@pytest.fixture(scope="session")
def trained(lab_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have a model in service where this session's services look for it, made once for all."""
    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "trained"
    command = [sys.executable, "-m", "analytics", "train"]
    with locked(shared.with_suffix(".lock")):
        if not (shared / "models").exists():
            making = lab_environment | {"FORERUNNER_VAR": str(shared)}
            subprocess.run(command, cwd=home.root(), env=making, check=True)
    own = Path(lab_environment["FORERUNNER_VAR"])
    shutil.copytree(shared / "models", own / "models", dirs_exist_ok=True)


@pytest.fixture
def speak(lab: Lab) -> Speak:
    """Give a router commands behind everybody's back: `speak("r1", "show version")`."""

    def run(router: str, *commands: str) -> str:
        command = ["vtysh", "--vty_socket", str(lab.router_directory(router)), "-c"]
        text = "\n".join(commands)
        return subprocess.run([*command, text], capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture
def cut_off(lab: Lab) -> CutOff:
    """Take a router's management interface down for a while: `with cut_off("r5"):`."""

    @contextmanager
    def cut(router: str) -> Iterator[None]:
        link = ["ip", "-n", lab.namespace(router), "link", "set", "mgmt"]
        subprocess.run([*link, "down"], check=True)
        try:
            yield
        finally:
            subprocess.run([*link, "up"], check=True)

    return cut
