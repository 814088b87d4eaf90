"""The observing service on the real lab: what is shot comes back, and the gap is marked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest

from forerunner import home
from forerunner.lab import Lab, daemons, impairment
from forerunner.ledger import Ledger
from forerunner.model import Sample
from forerunner.store import Store
from tests.integration.own_airflow import wait

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.timeout(300)]
_POLL_S = 1.5
_LINK = "r1:r3"


class Observed:
    """The service, and what it wrote down."""

    def __init__(self, environment: dict[str, str], ledger: Ledger) -> None:
        self._environment, self.ledger = environment, ledger
        self._directory = Path(environment["FORERUNNER_VAR"])
        self.store = Store(self._directory / "telemetry")
        self.began = time.time()

    def status(self) -> dict[str, Any]:
        command = [str(Path(sys.executable).with_name("forerunner")), "status", "--json"]
        asked = subprocess.run(
            command, env=self._environment, cwd=home.root(), capture_output=True, check=False
        )
        return dict(json.loads(asked.stdout))

    def healthy(self, but_not: int) -> dict[str, Any] | None:
        """Return what a healthy service says of itself, unless it is that process."""
        told = self.status()
        status = dict(told["status"])
        fine = told["word"] == "healthy" and status["pid"] != but_not
        return status if fine else None

    def series(self, *metrics: str) -> dict[str, list[Sample]]:
        """Return what is stored of each router since the service was started."""
        found: dict[str, list[Sample]] = defaultdict(list)
        for each in self.store.read(metrics or None, since=self.began):
            found[each.host].append(each)
        return found


@pytest.fixture(scope="module")
def observed(
    lab: Lab,
    trained: None,
    lab_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Observed]:
    """Let the service observe the lab, with a ledger that nobody else writes to."""
    url = f"sqlite:///{tmp_path_factory.mktemp('observe') / 'ledger.sqlite'}"
    environment = lab_environment | {"FORERUNNER_LEDGER": url}
    programs = Path(sys.executable).parent

    def run(*command: str) -> None:
        subprocess.run(command, cwd=home.root(), env=environment, check=True, stdout=-3)

    ledger = Ledger.open(url)
    made = Observed(environment, ledger)
    run(str(programs / "ansible-playbook"), "playbooks/start_telemetry.yml")
    yield made
    run(str(programs / "ansible-playbook"), "playbooks/stop_telemetry.yml")
    ledger.close()
    assert {x[-1].value for x in made.series("observed").values()} == {0.0}


@pytest.fixture
def failing(lab: Lab) -> Iterator[None]:
    impairment.apply(lab, _LINK, impairment.Impairment(loss=0.2))
    yield
    impairment.clear(lab, _LINK)


def _runs(samples: Collection[Sample]) -> list[float]:
    return [value for value, _ in groupby(each.value for each in samples)]


def _polled_once_each(samples: list[Sample]) -> bool:
    return all(b.time - a.time > _POLL_S / 3 for a, b in pairwise(samples))


def _lasting(check: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not check():
            return False
        time.sleep(0.5)
    return True


@pytest.mark.usefixtures("failing")
def test_a_service_that_is_shot_comes_back_by_itself_and_says_nothing_twice(
    observed: Observed,
) -> None:
    wait(observed.ledger.predictions, 60)
    wait(lambda: len(observed.series("snmp_up")["r6"]) > 2, 30)
    acknowledged = observed.store.read(since=observed.began)
    pid = observed.status()["status"]["pid"]
    os.kill(pid, signal.SIGKILL)
    shot = time.time()
    status = wait(lambda: observed.healthy(but_not=pid), 60)

    assert status["restarts"] == 1
    wait(lambda: all(len(x) == 3 for x in observed.series("observed").values()), 30)
    assert set(acknowledged) <= set(observed.store.read(since=observed.began))
    for host, marks in observed.series("observed").items():
        assert [each.value for each in marks] == [1.0, 0.0, 1.0], host
        _, lost, again = (each.time for each in marks)
        assert shot - 4 < lost < shot < again
        between = [x for x in observed.series()[host] if lost < x.time < again]
        assert between == [], host
    assert all(map(_polled_once_each, observed.series("snmp_up").values()))
    assert _lasting(lambda: len(observed.ledger.predictions()) == 1, 6)


def test_an_snmpd_that_is_shot_is_a_marked_gap_and_delays_nobody(
    lab: Lab, observed: Observed
) -> None:
    observed.began = time.time()
    wait(lambda: len(observed.series("snmp_up")["r2"]) > 1, 30)
    os.kill(int((lab.router_directory("r2") / "snmpd.pid").read_text()), signal.SIGKILL)
    wait(lambda: observed.series("snmp_up")["r2"][-1].value == 0, 30)
    wait(lambda: daemons.dead(lab), 10)
    daemons.start(lab, daemons.dead(lab))
    wait(lambda: observed.series("snmp_up")["r2"][-1].value == 1, 30)
    wait(lambda: observed.series("if_in_octets")["r2"][-1].time > time.time() - 2, 30)

    up = observed.series("snmp_up")
    assert {host: _runs(samples) for host, samples in up.items()} == {
        host: [1.0, 0.0, 1.0] if host == "r2" else [1.0] for host in lab.routers
    }
    assert all(map(_polled_once_each, up.values()))
    silent = [each.time for each in up["r2"] if not each.value]
    counted = {each.time for each in observed.series("if_in_octets")["r2"]}
    assert not [at for at in counted if silent[0] <= at <= silent[-1]]
    assert sum(each.value for each in observed.series("snmp_rebooted")["r2"]) == 1
    for host in set(lab.routers) - {"r2"}:
        assert max(b.time - a.time for a, b in pairwise(up[host])) < 2.5 * _POLL_S, host
